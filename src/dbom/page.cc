#include "dbom/page.h"

#include <algorithm>

namespace weir::dbom {
namespace {

constexpr std::string_view head_frame = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>)";

constexpr std::string_view style = R"(</title><style>
:root{color-scheme:light dark;--ground:#f4f6f7;--card:#fff;--text:#15202b;--quiet:#5f6f7c;--line:#dde3e8;
--water:#2a7fb8;--shallow:#cfe5f3;--red:#c62f2f;--amber:#b26a00}
@media (prefers-color-scheme:dark){:root{--ground:#0e1418;--card:#151d23;--text:#e6edf2;--quiet:#8b9aa6;
--line:#243038;--water:#4aa8dd;--shallow:#17394d;--red:#ff6b61;--amber:#ffb454}}
*{box-sizing:border-box}
body{margin:0;padding:24px;background:var(--ground);color:var(--text);font:14px/20px system-ui,sans-serif;
max-width:1600px;margin:0 auto}
h1{font-size:24px;line-height:32px;margin:0 0 4px}h2{font-size:14px;margin:0 0 8px;padding-bottom:8px;
border-bottom:1px solid var(--line)}
p{margin:0 0 16px;color:var(--quiet)}code,pre{font:12px/18px ui-monospace,monospace;overflow-wrap:anywhere}
pre{white-space:pre-wrap;margin:0}
section,.path{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px;margin:0 0 12px}
.path{display:flex;list-style:none;padding:20px 8px;flex-wrap:wrap;row-gap:20px}
.path li{flex:1 1 96px;text-align:center;position:relative;padding:0 4px;overflow-wrap:anywhere}
.path li::before{content:"";position:absolute;top:36px;left:0;right:0;height:8px;background:var(--shallow)}
.path li:first-child::before{left:50%}.path li:last-child::before{right:50%}
.path b{display:block;margin-bottom:8px}
.path i{display:block;position:relative;width:24px;height:24px;margin:0 auto 8px;border-radius:50%;
background:var(--water);color:#fff;font-style:normal;line-height:24px}
.path .failed i{background:var(--red);border-radius:4px;transform:rotate(45deg)}
.path .failed i span{display:block;transform:rotate(-45deg)}
.path .undecided i{background:var(--card);border:2px solid var(--amber);color:var(--amber);line-height:20px}
.path .missing i{background:var(--card);border:2px dashed var(--quiet);color:var(--quiet);line-height:20px}
.path small{display:block;color:var(--quiet);font-size:13px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:12px;align-items:start}
.columns section{margin:0}
dl{margin:0}dl div{display:grid;grid-template-columns:92px 1fr auto;gap:8px;padding:5px 0;
border-bottom:1px dotted var(--line)}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}dd small{color:var(--quiet);display:block}
.proof{color:var(--water);white-space:nowrap}.claim{color:var(--amber)}.bad{color:var(--red)}
.below{margin-top:12px}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:3px 8px 3px 0;border-bottom:1px dotted
var(--line);overflow-wrap:anywhere;vertical-align:top}th{color:var(--quiet);font-weight:normal}
@media print{body{padding:0;background:#fff;color:#000}section,.path,.columns section{break-inside:avoid-page}
.path i{print-color-adjust:exact}}
</style></head><body>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Text of others can't change the direction of what stands beside it.
std::string told(std::string_view text) { return "<bdi>" + escaped(text) + "</bdi>"; }

std::string second_of(Instant at) {
  std::string text = to_string(at).substr(0, 19) + "Z";
  text[10] = ' ';
  return text;
}

std::string proof_mark(const Line& line) {
  if (line.basis == Basis::claim)
    return R"(<span class="claim" title="rests on no entry of the ledger">claim</span>)";
  const bool whole = line.basis == Basis::payload;
  return fmt::format(R"(<span class="proof" title="{}">{} #{}</span>)",
                     whole ? "its entry says so, and stands in the ledger"
                           : "its entry stands in the ledger; what it says is not shown",
                     whole ? "✓" : "◐", line.entries.front());
}

bool is_bad(std::string_view state) {
  constexpr std::array words{"failed",  "revoked", "expired",   "unapproved",
                             "unknown", "changed", "incomplete"};
  return std::find(words.begin(), words.end(), state) != words.end();
}

std::string details_of(const Line& line) {
  std::vector<std::string> parts;
  if (!line.value.empty()) parts.push_back(told(line.value));
  if (!line.state.empty())
    parts.push_back(is_bad(line.state) ? fmt::format(R"(<span class="bad">{}</span>)", told(line.state))
                                       : told(line.state));
  if (line.digest) parts.push_back(fmt::format("<code>{}</code>", to_string(*line.digest)));
  if (line.at) parts.push_back(second_of(*line.at));
  if (line.until) parts.push_back("until " + second_of(*line.until));
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " · ") + part;
  return out;
}

std::string row_of(const Line& line) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd><dd>{}</dd></div>\n", name_of(line.kind),
                     told(line.name), details_of(line), proof_mark(line));
}

std::string column(Section section, const std::vector<Line>& lines) {
  std::string title(name_of(section));
  title.front() = static_cast<char>(title.front() - 'a' + 'A');
  std::string out = fmt::format("<section><h2>{}</h2><dl>\n", title);
  for (const Line& line : lines) out += row_of(line);
  return out + (lines.empty() ? "<p>Nothing is recorded.</p>" : "") + "</dl></section>\n";
}

std::string_view mark_of(StepState state) {
  constexpr std::array<std::string_view, 4> marks{"✓", "✕", "?", "–"};
  return marks[static_cast<std::size_t>(state)];
}

std::string picture(const Dbom& dbom) {
  std::string out = "<ol class=\"path\" aria-label=\"from commit to running workload\">\n";
  for (const Step& step : path_of(dbom))
    out += fmt::format(
        "<li class=\"{0}\"><b>{1}</b><i aria-label=\"{0}\"><span>{2}</span></i>{3}<small>{4}</small></li>\n",
        name_of(step.state), step.title, mark_of(step.state), told(step.text), told(step.detail));
  return out + "</ol>\n";
}

std::string packages(std::string_view title, const std::vector<evidence::Component>& components) {
  if (components.empty()) return "";
  std::string out = fmt::format("<tr><th colspan=\"3\">{} ({})</th></tr>\n", title, components.size());
  for (const evidence::Component& each : components)
    out += fmt::format("<tr><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n", told(each.name),
                       told(each.version), told(each.purl));
  return out;
}

std::string difference(const DeploymentDifference& difference) {
  std::string out = fmt::format(
      "<section class=\"below\"><h2>Difference from what it replaced: {} <code>{}</code></h2><dl>\n",
      told(difference.name), to_string(difference.artifact));
  for (const Line& line : difference.commits) out += row_of(line);
  out += "</dl><table>\n";
  for (const ChangedEvidence& each : difference.evidence)
    out += fmt::format("<tr><td>{} {}</td><td>was {}</td><td>is {}</td></tr>\n", told(each.type),
                       told(each.name), each.was, each.is);
  for (const ChangedComponent& each : difference.changed)
    out += fmt::format("<tr><td>{}</td><td>was {}</td><td>is {}</td></tr>\n", told(each.name), told(each.was),
                       told(each.version));
  out += packages("added", difference.added) + packages("removed", difference.removed) + "</table>";
  if (!difference.compared)
    out += "<p>Components were not compared: one of the two has no bill of materials.</p>";
  return out + "</section>\n";
}

std::string components(const Components& components) {
  return fmt::format(
             "<section class=\"below\"><h2>Components</h2><p>{} listed of {}, from the file <code>{}</code> "
             "of "
             "entry #{}</p><table>\n",
             components.items.size(), components.total, to_string(components.content), components.entry) +
         packages("all", components.items) + "</table></section>\n";
}

std::string summary(const Dbom& dbom) {
  std::array<std::size_t, 3> counts{};
  for (const auto& [section, lines] : sections_of(dbom))
    for (const Line& line : *lines) ++counts[static_cast<std::size_t>(line.basis)];
  return fmt::format(
      "<p>Deployment bill of materials of <code>{}</code> in {}, as of {}. {} lines are proven by their "
      "entries, {} rest on entries that are not shown, {} are claims.</p>\n",
      to_string(dbom.artifact.digest), told(dbom.environment), second_of(dbom.at), counts[0], counts[1],
      counts[2]);
}

std::string foot(const Dbom& dbom) {
  std::string out;
  for (const OmittedLines& each : dbom.omitted)
    out += fmt::format("<p>{} more lines about {} are left out.</p>\n", each.count, name_of(each.kind));
  return out + fmt::format(
                   "<section class=\"below\"><h2>Proof</h2><p>✓ the entry stands in the ledger and says so · "
                   "◐ the entry stands in the ledger, what it says is not shown · claim: rests on no entry. "
                   "This page shows; the signed document proves: <code>weir dbom verify FILE --vkey "
                   "FILE</code></p><pre>{}</pre></section>\n",
                   escaped(dbom.checkpoint));
}

}  // namespace

std::string page_of(const Dbom& dbom) {
  std::string out{head_frame};
  out += escaped(dbom.sentence);
  out += style;
  out += fmt::format("<h1>{}</h1>\n", told(dbom.sentence));
  out += summary(dbom);
  out += picture(dbom);
  out += "<div class=\"columns\">\n";
  for (const auto& [section, lines] : sections_of(dbom))
    if (section != Section::commits) out += column(section, *lines);
  out += "</div>\n";
  if (dbom.difference) out += difference(*dbom.difference);
  if (dbom.components) out += components(*dbom.components);
  return out + foot(dbom) + "</body></html>\n";
}

}  // namespace weir::dbom
