// Prints what each payload of an `index.json` of @octokit/webhooks-examples asks, one line each.

#include "base/json.hpp"
#include "base/text.hpp"
#include "forge/github/webhook.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

using namespace diorama;

namespace {

std::string_view name(Hint::Ask ask)
{
    switch (ask) {
        case Hint::Ask::nothing: return "nothing";
        case Hint::Ask::look: return "look";
        case Hint::Ask::command: return "command";
    }
    std::abort();
}

std::string facts(const PullRequest& request)
{
    return fmt::format(
        " ({} {} {} into {}, by {}{}{})",
        name(request.status),
        request.head_ref,
        request.head_commit.substr(0, 7),
        request.base_ref,
        request.author,
        request.draft ? ", draft" : "",
        request.labels.empty() ? "" : ", labels " + join(request.labels, "+")
    );
}

std::string told(const std::string& event, const Node& payload)
{
    const auto hint = github::read_webhook({.event = event, .body = write_json(payload)});
    if (!hint) return fmt::format("{}: error: {}", event, hint.error().text());
    return fmt::format(
        "{} {}: {}{}{}, from {}{}{}",
        event,
        hint->action.empty() ? "-" : hint->action,
        name(hint->ask),
        hint->repository.name.empty()
            ? ""
            : fmt::format(" {} {}", hint->repository.id, hint->repository.name),
        hint->number ? fmt::format("#{}", *hint->number) : "",
        hint->sender.empty() ? "nobody" : hint->sender,
        hint->facts ? facts(*hint->facts) : "",
        hint->reason.empty() ? "" : ": " + hint->reason
    );
}

}  // namespace

int main(int, char** argv)
{
    std::ifstream in(argv[1], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const Node events = parse_json(text).value();
    for (const Node& event : *events.list())
        for (const Node& payload : *event.find("examples")->list())
            std::cout << told(*event.find("name")->string(), payload) << '\n';
}
