#include "forge/github/signature.hpp"
#include "forge/github/webhook.hpp"

#include <array>
#include <cstdlib>

using namespace diorama;
using namespace diorama::github;

/// A first line that is header and event, then a body. Nobody signs without the secret, whoever
/// signs is believed, and what is read keeps its promises.
extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size)
{
    const std::string_view input{data, size};
    const auto line = input.substr(0, input.find('\n'));
    const auto body = input.substr(std::min(size, line.size() + 1));
    static const std::array secrets{
        WebhookSecret{"one", Secret("one"), ""}
    };

    if (find_signer(secrets, line, body) && line != sign(secrets[0].secret, body)) std::abort();
    if (!find_signer(secrets, sign(secrets[0].secret, body), body)) std::abort();

    for (const auto event :
         {line, std::string_view("pull_request"), std::string_view("issue_comment")}) {
        const auto hint = read_webhook({.event = event, .delivery = line, .body = body});
        if (!hint) continue;
        if (hint->ask == Hint::Ask::nothing ? hint->reason.empty() : !hint->number) std::abort();
        if (hint->ask != Hint::Ask::nothing && hint->location.empty()) std::abort();
    }
    (void)command_in(body);
    return 0;
}
