#include "agent/units/systemd_bus.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>

#include "base/bytes.h"

namespace weir::agent {
namespace {

constexpr const char* systemd = "org.freedesktop.systemd1";
constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr const char* service_interface = "org.freedesktop.systemd1.Service";
constexpr int news_per_look_max = 10'000;

// The functions of libsystemd that are used. Loaded once, never unloaded.
class Library {
 public:
  static const Library& loaded() {
    static const Library library;
    return library;
  }
  bool complete() const { return complete_; }

 private:
  void* handle_ = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  bool complete_ = handle_ != nullptr;
  template <class Function>
  Function* find(const char* name) {
    void* found = handle_ == nullptr ? nullptr : dlsym(handle_, name);
    complete_ = complete_ && found != nullptr;
    return reinterpret_cast<Function*>(found);
  }

 public:
#define FUNCTION(name) decltype(::sd_bus_##name)* name = find<decltype(::sd_bus_##name)>("sd_bus_" #name)
  decltype(::sd_bus_new)* make = find<decltype(::sd_bus_new)>("sd_bus_new");
  FUNCTION(set_address);
  FUNCTION(set_bus_client);
  FUNCTION(start);
  FUNCTION(flush_close_unref);
  FUNCTION(set_method_call_timeout);
  FUNCTION(call_method);
  FUNCTION(get_property);
  FUNCTION(add_match);
  FUNCTION(process);
  FUNCTION(get_fd);
  FUNCTION(message_unref);
  FUNCTION(message_enter_container);
  FUNCTION(message_exit_container);
  FUNCTION(message_read);
  FUNCTION(message_read_array);
  FUNCTION(message_skip);
  FUNCTION(error_free);
#undef FUNCTION
};

const Library& sd() { return Library::loaded(); }

Error failed(std::string_view what, int negative_errno) {
  return {Errc::unavailable, fmt::format("systemd's bus: {}: {}", what, strerror(-negative_errno))};
}

struct Message {
  sd_bus_message* message = nullptr;
  ~Message() {
    if (message != nullptr) sd().message_unref(message);
  }
};

struct BusError {
  sd_bus_error error{};
  ~BusError() { sd().error_free(&error); }
};

int note_news(sd_bus_message*, void* news, sd_bus_error*) {
  *static_cast<bool*>(news) = true;
  return 0;
}

}  // namespace

struct SystemdBus::State {
  sd_bus* bus = nullptr;
  bool news = false;
  ~State() {
    if (bus != nullptr) sd().flush_close_unref(bus);
  }

  Result<std::unique_ptr<Message>> property(const std::string& path, const char* interface, const char* name,
                                            const char* type) {
    auto reply = std::make_unique<Message>();
    BusError error;
    const int status =
        sd().get_property(bus, systemd, path.c_str(), interface, name, &error.error, &reply->message, type);
    if (status < 0) return failed(name, status);
    return reply;
  }
  Result<std::string> text(const std::string& path, const char* interface, const char* name) {
    const auto reply = TRY(property(path, interface, name, "s"));
    const char* value = nullptr;
    if (const int status = sd().message_read(reply->message, "s", &value); status < 0)
      return failed(name, status);
    return std::string(value);
  }
  // Of properties that older versions don't have: empty then.
  std::string text_or_none(const std::string& path, const char* name) {
    auto value = text(path, service_interface, name);
    return value ? std::move(*value) : std::string();
  }
  std::vector<std::string> texts_or_none(const std::string& path, const char* name) {
    std::vector<std::string> values;
    const auto reply = property(path, service_interface, name, "as");
    return reply && read_texts((*reply)->message, values) >= 0 ? values : std::vector<std::string>();
  }
  static int read_texts(sd_bus_message* message, std::vector<std::string>& values) {
    int status = sd().message_enter_container(message, 'a', "s");
    const char* value = nullptr;
    while (status >= 0 && (status = sd().message_read(message, "s", &value)) > 0) values.emplace_back(value);
    return status < 0 ? status : sd().message_exit_container(message);
  }
  UnitPlace place_of(const std::string& path);
  Result<std::vector<UnitCommand>> commands_of(const std::string& path);
};

UnitPlace SystemdBus::State::place_of(const std::string& path) {
  return {.root_directory = text_or_none(path, "RootDirectory"),
          .root_image = text_or_none(path, "RootImage"),
          .working_directory = text_or_none(path, "WorkingDirectory"),
          .search_path = texts_or_none(path, "ExecSearchPath")};
}

Result<std::vector<UnitCommand>> SystemdBus::State::commands_of(const std::string& path) {
  const auto lines = TRY(property(path, service_interface, "ExecStart", "a(sasbttttuii)"));
  sd_bus_message* message = lines->message;
  std::vector<UnitCommand> commands;
  int status = sd().message_enter_container(message, 'a', "(sasbttttuii)");
  while (status >= 0 && (status = sd().message_enter_container(message, 'r', "sasbttttuii")) > 0) {
    UnitCommand command;
    const char* program = nullptr;
    status = sd().message_read(message, "s", &program);
    if (status > 0) command.path = program;
    if (status >= 0) status = read_texts(message, command.arguments);
    if (status >= 0) status = sd().message_skip(message, "bttttuii");
    if (status >= 0) status = sd().message_exit_container(message);
    if (!command.path.empty()) commands.push_back(std::move(command));
  }
  if (status < 0) return failed("ExecStart", status);
  return commands;
}

bool systemd_runs(const std::string& root) {
  struct stat found{};
  return lstat((root + "/run/systemd/system").c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

SystemdBus::SystemdBus(std::unique_ptr<State> state) : state_(std::move(state)) {}
SystemdBus::SystemdBus(SystemdBus&&) noexcept = default;
SystemdBus::~SystemdBus() = default;

Result<SystemdBus> SystemdBus::open(const std::string& root) {
  if (!sd().complete()) return Error{Errc::unavailable, "libsystemd.so.0 is not there or too old"};
  auto state = std::make_unique<State>();
  const std::string address = "unix:path=" + root + "/run/dbus/system_bus_socket";
  int status = sd().make(&state->bus);
  if (status >= 0) status = sd().set_address(state->bus, address.c_str());
  if (status >= 0) status = sd().set_bus_client(state->bus, 1);
  if (status >= 0) status = sd().start(state->bus);
  if (status < 0) return failed(address, status);
  sd().set_method_call_timeout(state->bus, 5'000'000);
  BusError error;
  status = sd().call_method(state->bus, systemd, manager_path, manager_interface, "Subscribe", &error.error,
                            nullptr, "");
  if (status < 0) return failed("Subscribe", status);
  for (const char* match : {"type='signal',sender='org.freedesktop.systemd1',member='PropertiesChanged',"
                            "path_namespace='/org/freedesktop/systemd1/unit'",
                            "type='signal',sender='org.freedesktop.systemd1',member='UnitNew'",
                            "type='signal',sender='org.freedesktop.systemd1',member='UnitRemoved'"})
    if (status = sd().add_match(state->bus, nullptr, match, note_news, &state->news); status < 0)
      return failed("add match", status);
  return SystemdBus(std::move(state));
}

Result<std::vector<ServiceLine>> SystemdBus::active_services() {
  Message reply;
  BusError error;
  int status = sd().call_method(state_->bus, systemd, manager_path, manager_interface, "ListUnitsByPatterns",
                                &error.error, &reply.message, "asas", 3, "active", "reloading", "activating",
                                1, "*.service");
  if (status < 0) return failed("ListUnitsByPatterns", status);
  status = sd().message_enter_container(reply.message, 'a', "(ssssssouso)");
  std::vector<ServiceLine> services;
  const char *name = nullptr, *path = nullptr, *other = nullptr;
  std::uint32_t job = 0;
  while (status >= 0 && (status = sd().message_read(reply.message, "(ssssssouso)", &name, &other, &other,
                                                    &other, &other, &other, &path, &job, &other, &other)) > 0)
    services.push_back({name, path});
  if (status < 0) return failed("ListUnitsByPatterns", status);
  return services;
}

Result<std::string> SystemdBus::invocation_of(const ServiceLine& service) {
  const auto invocation = TRY(state_->property(service.path, unit_interface, "InvocationID", "ay"));
  const void* bytes = nullptr;
  std::size_t size = 0;
  const int status = sd().message_read_array(invocation->message, 'y', &bytes, &size);
  if (status < 0) return failed("InvocationID", status);
  return encode_hex({static_cast<const char*>(bytes), size});
}

Result<ServiceFacts> SystemdBus::describe(const ServiceLine& service) {
  ServiceFacts facts;
  facts.invocation = TRY(invocation_of(service));
  const auto since = TRY(state_->property(service.path, unit_interface, "ActiveEnterTimestamp", "t"));
  std::uint64_t micros = 0;
  if (sd().message_read(since->message, "t", &micros) >= 0)
    facts.active_since = {static_cast<std::int64_t>(micros)};
  facts.fragment = TRY(state_->text(service.path, unit_interface, "FragmentPath"));
  facts.user = TRY(state_->text(service.path, service_interface, "User"));
  const auto pid = TRY(state_->property(service.path, service_interface, "MainPID", "u"));
  std::uint32_t main_pid = 0;
  if (sd().message_read(pid->message, "u", &main_pid) >= 0) facts.main_pid = main_pid;

  facts.place = state_->place_of(service.path);
  facts.commands = TRY(state_->commands_of(service.path));
  return facts;
}

int SystemdBus::file() const { return sd().get_fd(state_->bus); }

Result<bool> SystemdBus::take_news() {
  int status = 0;
  for (int i = 0; i < news_per_look_max && (status = sd().process(state_->bus, nullptr)) > 0; ++i) {
  }
  if (status < 0) return failed("process", status);
  return std::exchange(state_->news, false);
}

}  // namespace weir::agent
