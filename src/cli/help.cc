#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/output.h"

namespace weir::cli {
namespace {

constexpr std::size_t text_column_max = 40;

constexpr std::array groups{Group::start,   Group::record, Group::gate,     Group::watch,
                            Group::resolve, Group::prove,  Group::organize, Group::self};

std::string spelled(const Options::Entry& entry) {
  const OptionRow& row = entry.row;
  const std::string more = row.many == Many::no ? "" : "…";
  if (entry.form == Form::argument) return std::string(row.name) + more;
  const std::string value = row.value.empty() ? "" : fmt::format(" {}{}", row.value, more);
  return fmt::format("{}--{}{}", row.letter == 0 ? "" : fmt::format("-{}, ", row.letter), row.name, value);
}

std::string explained(const OptionRow& row) {
  std::string text(row.help);
  if (!row.choices.empty()) text += fmt::format(" ({})", fmt::join(row.choices, "|"));
  if (!row.fallback.empty()) text += fmt::format(" [{}]", row.fallback);
  return text;
}

std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows)
    if (width_of(left) <= text_column_max) width = std::max(width, width_of(left));
  std::string out;
  for (const auto& [left, right] : rows) {
    const bool fits = width_of(left) <= width;
    out += "  " + left +
           (fits ? std::string(width - width_of(left), ' ') : "\n  " + std::string(width, ' ')) + "  " +
           right + "\n";
  }
  return out;
}

std::string usage(const Command& command, std::span<const Options::Entry> entries) {
  std::string line = fmt::format("weir {}", command.path);
  for (const Options::Entry& entry : entries) {
    const bool required = entry.row.need == Need::required;
    if (entry.form == Form::argument)
      line += required ? " " + spelled(entry) : fmt::format(" [{}]", spelled(entry));
    else if (required) line += fmt::format(" --{} {}", entry.row.name, entry.row.value);
  }
  return line + " [OPTIONS]";
}

using Entries = std::vector<const Options::Entry*>;

std::string section(std::string_view title, const Entries& entries) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Options::Entry* entry : entries) rows.emplace_back(spelled(*entry), explained(entry->row));
  return rows.empty() ? "" : fmt::format("\n{}:\n{}", title, two_columns(rows));
}

// Declares a command's options, then the global ones; `body` sees both apart.
template <class Body>
std::string with_options(const Command& command, const Body& body) {
  Options own, global;
  Globals globals;
  const Action action = command.make(own);
  for (const Options::Entry& entry : own.entries()) global.option(entry.row, entry.target);
  declare_globals(global, globals, command.reach);
  return body(own.entries(), global.entries().subspan(own.entries().size()));
}

Entries of_form(std::span<const Options::Entry> entries, Form form) {
  Entries found;
  for (const Options::Entry& entry : entries)
    if (entry.form == form) found.push_back(&entry);
  return found;
}

std::string rows_of(Group group, std::string_view family) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : commands()) {
    const bool within =
        family.empty() || command.path == family || command.path.starts_with(std::string(family) + " ");
    if (command.listed == Listed::yes && command.group == group && within)
      rows.emplace_back(command.path, command.summary);
  }
  return rows.empty() ? "" : fmt::format("\n{}:\n{}", title_of(group), two_columns(rows));
}

std::string option_table(std::span<const Options::Entry> entries) {
  std::string out = "| | |\n|---|---|\n";
  for (const Options::Entry& entry : entries) {
    std::string text = explained(entry.row);
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
    const bool required = entry.row.need == Need::required && entry.form == Form::option;
    out += fmt::format("| `{}` | {}{} |\n", spelled(entry), text, required ? "; required" : "");
  }
  return entries.empty() ? "" : out + "\n";
}

constexpr std::string_view page_head = R"(# Command line

Made by `weir docs-cli` from the table of commands; a test compares it.

**Options** come, in this order, from the command line, from `WEIR_<OPTION>` in the environment (`--tls-cert`
is `WEIR_TLS_CERT`; several values are separated by commas), from the configuration file, from the default.
`--token-file` on the command line counts before a token from anywhere else but the command line.
The file is YAML: `--config FILE`, `WEIR_CONFIG`, or `~/.config/weir/config.yaml` where that exists. Its keys
are long names of options, for all commands or in sections named like a command:

```yaml
url: https://weir.example.org
org: default
env show:
  output: json
agent:
  paths:
    - /etc/app.conf
    - path: /srv/site
      exclude: ["*.log", "cache/**"]
```

What may be given several times is a list, and may be spelled in the plural.

A few commands have an option of their own named like one of every command (`channel add --url`). From
outside of the command line it comes as `WEIR_<COMMAND>_<OPTION>` (`WEIR_CHANNEL_ADD_URL`) or from the command's own
section of the file; the other one stands before the command (`weir --url SERVER channel add …`) or comes from
`WEIR_URL` or the sections above.

**Exit codes**: 0 yes; 1 no (a deny, a mismatch, not found); 2 usage; 3 not authorised; 4 server unavailable;
5 internal. Errors are one line on standard error, or `{"error": {"code", "message", "field"?}}` with
`--output json`.

**Answers** go to standard output. With `--output json`: lists are arrays, a single thing is its object, a write
answers with the resource and its receipt; what is a text of its own (a proof, a key, a script) is printed as it is.
Shapes are those of [the API](api.md), except these two, which are fixed:

- `weir env show E`: `{environment, snapshot, at, workloads: [{id, kind, name, host, service, digests,
  started_at, count, verdict, reasons: [{code, message, entry}]}]}`
- `weir alerts`: `[{id, incident, state, severity, cause, environment, workload: {as above}, started_at,
  opened_at}]`; with `--follow` one such object a line.

**ARTIFACT** is a digest (with or without `sha256:`), a path, or an image: `NAME` as docker or podman know it
(they are asked at their sockets; `podman system service` opens podman's), or `REGISTRY/NAME@sha256:…`. In a path
that is an OCI layout or an archive of several images, `./PATH:TAG` or `./PATH@sha256:…` is one of them.
**ENV[@TIME|#N]** is an environment, live, at a moment, or as its snapshot N.
Writes carry an idempotency key and are tried again, three times at most, when the server is unavailable.
Commands that change what is there (`service`, `flow`, `trail`, `env create`) keep what they are not told.
)";

}  // namespace

std::string_view title_of(Group group) {
  switch (group) {
    case Group::start:
      return "Start";
    case Group::record:
      return "Record what was approved";
    case Group::gate:
      return "Approve and deploy";
    case Group::watch:
      return "Watch what runs";
    case Group::resolve:
      return "Alerts and flaws";
    case Group::prove:
      return "Prove";
    case Group::organize:
      return "Organize";
    case Group::self:
      return "This program";
  }
  return "";
}

std::vector<std::string> spelled_commands() {
  std::vector<std::string> spelled;
  for (const Command& command : commands())
    if (command.listed == Listed::yes) spelled.emplace_back(command.path);
  return spelled;
}

std::string overview() {
  std::string out =
      "weir compares what really runs with what was approved, and proves both.\n\nUsage: weir COMMAND "
      "[OPTIONS]\n";
  for (const Group group : groups) out += rows_of(group, "");
  return out +
         "\nweir COMMAND --help explains one of them. Options may also come from WEIR_<OPTION> and from a "
         "file (--config).\n";
}

std::string family_help(std::string_view family) {
  std::string rows;
  for (const Group group : groups) rows += rows_of(group, family);
  if (rows.empty()) return "";
  return fmt::format("Usage: weir {} COMMAND [OPTIONS]\n{}\nweir {} COMMAND --help explains one of them.\n",
                     family, rows, family);
}

std::string command_help(const Command& command) {
  return with_options(
      command, [&](std::span<const Options::Entry> own, std::span<const Options::Entry> global) {
        return fmt::format("{}.\n\nUsage: {}\n{}{}{}", command.summary, usage(command, own),
                           section("Arguments", of_form(own, Form::argument)),
                           section("Options", of_form(own, Form::option)),
                           section("Options of every command", of_form(global, Form::option)));
      });
}

std::string reference_page() {
  std::string out(page_head);
  const Command& any = *std::find_if(commands().begin(), commands().end(),
                                     [](const Command& c) { return c.reach == Reach::server; });
  out +=
      "\n## Options of every command\n\nThose that name a server are not on commands that work without "
      "one.\n\n";
  out += with_options(any, [](auto, std::span<const Options::Entry> global) { return option_table(global); });
  for (const Group group : groups) {
    out += fmt::format("## {}\n\n", title_of(group));
    for (const Command& command : commands()) {
      if (command.group != group || command.listed == Listed::no) continue;
      out += with_options(command, [&](std::span<const Options::Entry> own, auto) {
        return fmt::format("### weir {}\n\n{}.\n\n```\n{}\n```\n\n{}", command.path, command.summary,
                           usage(command, own), option_table(own));
      });
    }
  }
  out.pop_back();
  return out;
}

}  // namespace weir::cli
