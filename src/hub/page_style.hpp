#pragma once

#include <string_view>

namespace diorama::hub {

/// One sheet for all pages; light and dark as the reader's system is.
inline constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --ink: #1f2430; --soft: #5b6475; --paper: #f6f5f2; --card: #ffffff;
  --line: #dedbd4; --code: #f1efea; --link: #0b5cad; --good: #1a7f4b; --bad: #b42318; --wait: #946200;
  --gone: #6b7280; --merged: #6e46c4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #9aa3b2; --paper: #14161a;
  --card: #1c1f26; --line: #2e333d; --code: #262a33; --link: #7ab8ff; --good: #4cc38a; --bad: #ff8177;
  --wait: #e2b340; --gone: #9aa3b2; --merged: #b49bff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
a { color: var(--link); text-decoration: none; overflow-wrap: anywhere; }
a:hover { text-decoration: underline; }
header, main { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.25rem; color: var(--soft); font-size: .9rem; }
h1 { margin: .5rem 0 .4rem; font-size: 1.7rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h1 span { color: var(--soft); font-weight: 400; }
h2 { margin: 2rem 0 .6rem; font-size: 1rem; font-weight: 600; }
p { margin: .5rem 0; }
.meta { color: var(--soft); margin: 0 0 1rem; }
.pill { display: inline-block; padding: .1rem .65rem; border-radius: 1rem; color: var(--card);
  background: var(--gone); font-size: .85rem; font-weight: 600; margin-right: .5rem; }
.open, .success { background: var(--good); }
.merged { background: var(--merged); }
.closed, .failure, .error { background: var(--bad); }
.pending, .queued, .in_progress { background: var(--wait); }
.label { background: transparent; color: var(--soft); border: 1px solid var(--line); font-weight: 500; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }
.row { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; padding: .6rem 1rem; }
.row + .row { border-top: 1px solid var(--line); }
.row .grow { flex: 1 1 14rem; min-width: 0; }
.soft { color: var(--soft); }
.small { font-size: .85rem; }
code, pre { font: .875em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--code); }
code { padding: .1em .35em; border-radius: .3rem; overflow-wrap: anywhere; }
pre { padding: .75rem 1rem; border-radius: .4rem; overflow-x: auto; }
.comment + .comment { margin-top: 1rem; }
.comment > .by { padding: .5rem 1rem; border-bottom: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
.comment > .by b { color: var(--ink); }
.comment > .text { padding: .5rem 1rem; overflow-x: auto; }
.text table { border-collapse: collapse; margin: .6rem 0; }
.text th, .text td { border: 1px solid var(--line); padding: .35rem .75rem; text-align: left; }
.text th { background: var(--code); font-weight: 600; }
.text h3 { font-size: 1.15rem; margin: .8rem 0 .4rem; }
.text h4, .text h5, .text h6 { font-size: 1rem; margin: .8rem 0 .4rem; }
summary { cursor: pointer; color: var(--soft); }
footer { height: 3rem; }
)";

}  // namespace diorama::hub
