// What an agent says: a Report is the exact bytes it signed, about the instances it saw start and end since the
// report before, or (full) everything it sees now. Reports of one reporter form a chain: (incarnation, sequence,
// digest of the previous report's bytes). The server keeps the bytes; the answer names the sequence it expects next.
// Format document: docs/formats/report.md. Version 1. Values only; no thread concerns.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"
#include "runtime/exposure.h"
#include "runtime/inventory.h"

namespace weir::runtime {

enum class WorkloadKind { process, container, file, unit };
constexpr auto names_of(WorkloadKind) {
  return std::array<std::string_view, 4>{"process", "container", "file", "unit"};
}

// How the content that runs was identified.
enum class Seen {
  whole,     // `digests` name the content
  unseen,    // an interpreter runs a program that is not a file (-c, stdin): `digests` is empty
  unhashed,  // the content could not be read; `seen_note` says why
};
constexpr auto names_of(Seen) { return std::array<std::string_view, 3>{"whole", "unseen", "unhashed"}; }

// A package's claim to own the file that runs. Decided when the instance started, kept for that run.
struct PackageClaim {
  std::string name, version;
  bool after_baseline = false;  // installed after this reporter first looked
  bool changed = false;         // content differs from first sight, and no package transaction explains it
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("version", self.version);
    visit.maybe("after_baseline", self.after_baseline);
    visit.maybe("changed", self.changed);
  }
  bool operator==(const PackageClaim&) const = default;
};

// The interpreter of a script, or of an unseen program.
struct Interpreter {
  std::string path;
  std::optional<Sha256> digest;
  std::optional<PackageClaim> package;
  static void members(auto& visit, auto& self) {
    visit("path", self.path);
    visit.maybe("digest", self.digest);
    visit.maybe("package", self.package);
  }
  bool operator==(const Interpreter&) const = default;
};

// A container's image as the runtime and its store describe it; links are the reporter's claim, the server recomputes.
struct ImageClaim {
  std::string reference;          // as the runtime names it; never used to match
  std::optional<Sha256> config;   // image id
  std::vector<Sha256> manifests;  // from repository digests: manifests or indexes
  std::vector<Sha256> layers;     // diff ids
  static void members(auto& visit, auto& self) {
    visit("reference", self.reference);
    visit.maybe("config", self.config);
    visit.maybe("manifests", self.manifests);
    visit.maybe("layers", self.layers);
  }
  bool operator==(const ImageClaim&) const = default;
};

// Where an instance came from. Empty fields are unknown. `parents` goes from the direct parent upwards.
struct Ancestor {
  std::int64_t pid = 0;
  std::string name;  // path of its executable, or its command name
  std::string user;
  static void members(auto& visit, auto& self) {
    visit("pid", self.pid);
    visit("name", self.name);
    visit.maybe("user", self.user);
  }
  bool operator==(const Ancestor&) const = default;
};
struct Origin {
  std::string user;        // effective user at exec, name or number
  std::string login_user;  // who logged in, from loginuid
  std::string unit;        // systemd unit
  std::string container;   // full container id
  std::string runtime;  // docker, podman, containerd, cri-o; "none" when no runtime admits to the container
  std::int64_t session = 0;  // kernel session id (the session leader's pid)
  std::int64_t pid = 0;
  std::string directory;  // working directory at exec
  std::vector<Ancestor> parents;
  static void members(auto& visit, auto& self) {
    visit.maybe("user", self.user);
    visit.maybe("login_user", self.login_user);
    visit.maybe("unit", self.unit);
    visit.maybe("container", self.container);
    visit.maybe("runtime", self.runtime);
    visit.maybe("session", self.session);
    visit.maybe("pid", self.pid);
    visit.maybe("directory", self.directory);
    visit.maybe("parents", self.parents);
  }
  bool operator==(const Origin&) const = default;
};

// What a workload may do to its host, as its runtime was told when it started and as the kernel shows it. Unset is not
// known. Of a program outside containers only `run_as_root` says something.
inline constexpr std::size_t host_mounts_max = 64;
struct Settings {
  std::optional<bool> privileged;  // all capabilities, no filter of system calls, nothing masked
  std::optional<bool> run_as_root;
  std::optional<bool> host_network, host_pid, host_ipc;  // the host's own namespace
  std::optional<std::vector<std::string>> host_mounts;   // folders of the host, sorted, the first `host_mounts_max`
  static void members(auto& visit, auto& self) {
    visit.maybe("privileged", self.privileged);
    visit.maybe("run_as_root", self.run_as_root);
    visit.maybe("host_network", self.host_network);
    visit.maybe("host_pid", self.host_pid);
    visit.maybe("host_ipc", self.host_ipc);
    visit.maybe("host_mounts", self.host_mounts);
  }
  bool operator==(const Settings&) const = default;
};

struct Instance {
  std::string id;  // stable for this run: "<boot id prefix>-<pid>-<start ns>", container id, "<path>@<ctime>"
  WorkloadKind kind = WorkloadKind::process;
  std::string name;             // path of the executable or script, image reference, unit name, file path
  std::vector<Sha256> digests;  // primary first: script or executable content; image config, then manifests
  Seen seen = Seen::whole;
  std::string seen_note;
  Instant started_at;               // the exec, not the fork
  Duration uncertainty;             // of started_at against the server's clock
  std::optional<Instant> ended_at;  // set when it already ended before this report was made
  std::vector<std::string>
      marks;  // deleted, memfd, foreign (its image does not hold it), outside-runtime, transient
  std::optional<PackageClaim> package;
  std::optional<Interpreter> interpreter;
  std::optional<ImageClaim> image;
  Origin origin;
  std::optional<Settings> settings;
  std::vector<std::string> arguments;  // only when switched on
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("kind", self.kind);
    visit("name", self.name);
    visit.maybe("digests", self.digests);
    visit.maybe("seen", self.seen);
    visit.maybe("seen_note", self.seen_note);
    visit("started_at", self.started_at);
    visit.maybe("uncertainty_us", self.uncertainty);
    visit.maybe("ended_at", self.ended_at);
    visit.maybe("marks", self.marks);
    visit.maybe("package", self.package);
    visit.maybe("interpreter", self.interpreter);
    visit.maybe("image", self.image);
    visit.maybe("origin", self.origin);
    visit.maybe("settings", self.settings);
    visit.maybe("arguments", self.arguments);
  }
  bool operator==(const Instance&) const = default;
};

struct Ended {
  std::string id;
  Instant ended_at;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("ended_at", self.ended_at);
  }
  bool operator==(const Ended&) const = default;
};

// Runs shorter than limits::settled_process_age that a package explains, counted per hour instead of listed.
struct RunCount {
  Instant hour;
  std::string name;
  std::optional<Sha256> digest;
  std::string package;
  std::int64_t count = 0;
  static void members(auto& visit, auto& self) {
    visit("hour", self.hour);
    visit("name", self.name);
    visit.maybe("digest", self.digest);
    visit.maybe("package", self.package);
    visit("count", self.count);
  }
  bool operator==(const RunCount&) const = default;
};

// What is watched, by which means, and what is not, with the way to grant it.
struct Source {
  std::string watches;  // processes, containers, files, units, packages
  std::string means;    // ebpf, netlink, scan, docker, podman, cgroups, inotify, fanotify, systemd, dpkg
  std::string detail;   // socket path, directory
  std::string blind;    // empty: all is seen; else what is not and why
  std::string remedy;   // how to grant it
  static void members(auto& visit, auto& self) {
    visit("watches", self.watches);
    visit("means", self.means);
    visit.maybe("detail", self.detail);
    visit.maybe("blind", self.blind);
    visit.maybe("remedy", self.remedy);
  }
  bool operator==(const Source&) const = default;
};

struct Report {
  std::int64_t version = 1;
  std::string environment;
  std::string host;
  std::string incarnation;    // random per agent process
  std::int64_t sequence = 0;  // 1, 2, … within an incarnation
  std::optional<Sha256>
      previous;  // digest of the previous report's bytes, of whichever incarnation; none for the first
  Instant sent_at;
  bool full = false;                 // `started` is everything that runs now; what is absent has ended
  std::int64_t part = 0, parts = 0;  // of a full report in several bodies: 1, 2, …; the last says both
  std::vector<Instance> started;
  std::vector<Ended> ended;
  std::vector<RunCount> counts;
  std::vector<Source> sources;   // in full reports, and when they change
  std::int64_t events_lost = 0;  // since the report before; a full report follows
  std::int64_t spooled = 0;      // reports that waited on disk before this one
  std::vector<InventoryClaim> inventories;  // what is installed or loaded, where that changed
  std::vector<Exposure> exposures;          // of instances that run, where it changed
  static void members(auto& visit, auto& self) {
    visit("version", self.version);
    visit("environment", self.environment);
    visit("host", self.host);
    visit("incarnation", self.incarnation);
    visit("sequence", self.sequence);
    visit.maybe("previous", self.previous);
    visit("sent_at", self.sent_at);
    visit.maybe("full", self.full);
    visit.maybe("part", self.part);
    visit.maybe("parts", self.parts);
    visit.maybe("started", self.started);
    visit.maybe("ended", self.ended);
    visit.maybe("counts", self.counts);
    visit.maybe("sources", self.sources);
    visit.maybe("events_lost", self.events_lost);
    visit.maybe("spooled", self.spooled);
    visit.maybe("inventories", self.inventories);
    visit.maybe("exposures", self.exposures);
  }
};

// A scope rule narrows or widens what reporters of an environment watch. Every given field must match (glob with * and
// **, `path` on the instance's name). The last matching rule wins; without one, everything is watched.
enum class ScopeEffect { exclude, include };
constexpr auto names_of(ScopeEffect) { return std::array<std::string_view, 2>{"exclude", "include"}; }
struct ScopeRule {
  std::string id;
  ScopeEffect effect = ScopeEffect::exclude;
  std::string path, user, unit, container;
  std::optional<Instant> expires_at;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit.maybe("id", self.id);
    visit("effect", self.effect);
    visit.maybe("path", self.path);
    visit.maybe("user", self.user);
    visit.maybe("unit", self.unit);
    visit.maybe("container", self.container);
    visit.maybe("expires_at", self.expires_at);
    visit.maybe("reason", self.reason);
  }
  bool operator==(const ScopeRule&) const = default;
};

// The server's answer to a report and to a heartbeat.
struct ReportAnswer {
  std::int64_t expected_sequence = 1;  // of the reporter's incarnation
  std::optional<Sha256> previous;      // what the next report must name
  bool send_full = false;              // the server lacks something: send everything
  bool send_inventory = false;         // it lacks an inventory, or a document of one: send them again
  Instant server_time;
  std::int64_t scope_version = 0;
  std::vector<ScopeRule> scopes;
  static void members(auto& visit, auto& self) {
    visit("expected_sequence", self.expected_sequence);
    visit.maybe("previous", self.previous);
    visit.maybe("send_full", self.send_full);
    visit.maybe("send_inventory", self.send_inventory);
    visit("server_time", self.server_time);
    visit.maybe("scope_version", self.scope_version);
    visit.maybe("scopes", self.scopes);
  }
};

struct Heartbeat {
  std::string incarnation;
  std::int64_t sequence = 0;  // of the last report sent
  Instant sent_at;
  static void members(auto& visit, auto& self) {
    visit("incarnation", self.incarnation);
    visit("sequence", self.sequence);
    visit("sent_at", self.sent_at);
  }
};

// Enrolment: a reporter proves its key by signing this document with it (header Weir-Signature), and shows a join
// token.
struct Enrolment {
  std::string environment, host;
  std::string public_key;  // base64, Ed25519
  std::string token;       // join token "weir_join_…"; carries the server's pin after a dot
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("host", self.host);
    visit("public_key", self.public_key);
    visit("token", self.token);
  }
};

}  // namespace weir::runtime
