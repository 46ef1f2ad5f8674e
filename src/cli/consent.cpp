#include "cli/consent.hpp"

namespace diorama::cli {

Result<bool> consents(const Session& session, std::string_view question, std::string_view matter)
{
    if (session.arguments.has("yes")) return true;
    if (!session.world.in_is_terminal || !session.world.err_is_terminal)
        return Error{
            Code::invalid, fmt::format("nobody is here to ask whether {}", matter), "Add --yes."
        };
    session.world.err(fmt::format("{} [y/N] ", question));
    const auto answer = session.world.ask();
    return answer && (*answer == "y" || *answer == "Y" || *answer == "yes");
}

}  // namespace diorama::cli
