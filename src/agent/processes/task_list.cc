#include "agent/processes/task_list.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "agent/processes/exec_source.h"
#include "agent/processes/fd.h"
#include "agent/processes/task_record.h"

extern "C" const char weir_tasks_begin[], weir_tasks_end[];

namespace weir::agent {
namespace {

constexpr std::size_t chunk_bytes = 32 * 1024;  // what the kernel hands over at once

Error kernel_refuses(std::string_view doing, int code) {
  return {Errc::unavailable,
          fmt::format("eBPF: list of tasks: {}: {}", doing, strerror(code < 0 ? -code : code))};
}

int stay_quiet(libbpf_print_level, const char*, va_list) { return 0; }

Task task_of(const weir_task_record& record) {
  return {.pid = record.pid,
          .parent = record.parent,
          .session = record.session,
          .user = record.uid,
          .login_user = record.login_uid,
          .start_ticks = ticks_of_boot_ns(record.forked_at),
          .mount_namespace = record.mount_namespace,
          .inode = record.inode,
          .root = record.root,
          .cgroups = record.cgroups,
          .ended = record.ended != 0,
          .command = {record.comm, strnlen(record.comm, sizeof record.comm)}};
}

class KernelTaskList final : public TaskList {
 public:
  ~KernelTaskList() override {
    bpf_link__destroy(link_);
    bpf_object__close(object_);
  }
  Status load();
  Status each(const std::function<void(const Task&)>& tell) const override;

 private:
  bpf_object* object_ = nullptr;
  bpf_link* link_ = nullptr;
};

Status KernelTaskList::load() {
  libbpf_set_print(stay_quiet);
  object_ = bpf_object__open_mem(weir_tasks_begin, weir_tasks_end - weir_tasks_begin, nullptr);
  if (!object_) return kernel_refuses("open program", errno);
  if (const int code = bpf_object__load(object_)) return kernel_refuses("load program", code);
  link_ = bpf_program__attach_iter(bpf_object__find_program_by_name(object_, "weir_tasks"), nullptr);
  if (!link_) return kernel_refuses("attach", errno);
  malloc_trim(0);  // the kernel's type information is not needed any more
  return {};
}

// The kernel hands over whole records.
Status KernelTaskList::each(const std::function<void(const Task&)>& tell) const {
  const Fd file(bpf_iter_create(bpf_link__fd(link_)));
  if (!file) return kernel_refuses("begin", errno);
  std::vector<weir_task_record> chunk(chunk_bytes / sizeof(weir_task_record));
  for (;;) {
    const ssize_t bytes = read(file.number(), chunk.data(), chunk.size() * sizeof chunk[0]);
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (bytes < 0) return kernel_refuses("read", errno);
    if (bytes == 0) return {};
    const std::size_t records = static_cast<std::size_t>(bytes) / sizeof chunk[0];
    for (std::size_t i = 0; i < records; ++i) tell(task_of(chunk[i]));
  }
}

}  // namespace

Result<std::shared_ptr<const TaskList>> open_task_list() {
  auto list = std::make_shared<KernelTaskList>();
  TRY(list->load());
  bool holds_us = false;
  TRY(list->each([&](const Task& task) { holds_us = holds_us || task.pid == getpid(); }));
  if (!holds_us) return Error{Errc::unavailable, "eBPF: list of tasks: it counts processes of another namespace"};
  return std::shared_ptr<const TaskList>(std::move(list));
}

}  // namespace weir::agent
