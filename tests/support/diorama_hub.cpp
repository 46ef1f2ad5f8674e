// The hub alone, for end to end tests and for a validating proxy in front of it. Prints its
// address when it listens, and ends on SIGTERM.

#include "base/random.hpp"
#include "hub/hub.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>

namespace {

constexpr std::string_view usage = "usage: diorama-hub FOLDER [PORT [API-ADDRESS]]\n";

std::uint16_t port_of(std::string_view text)
{
    std::uint16_t port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

}  // namespace

int main(int count, char** words)
{
    using namespace diorama;
    if (count < 2 || count > 4) {
        std::fputs(usage.data(), stderr);
        return 2;
    }
    Loop loop;
    const auto random = system_random();
    hub::Hub hub(loop, *random, {.folder = words[1], .api = count > 3 ? words[3] : ""});
    const auto listening = hub.listen(count > 2 ? port_of(words[2]) : 0);
    if (!listening) {
        std::fprintf(stderr, "diorama-hub: %s\n", listening.error().text().c_str());
        return 1;
    }
    std::printf("%s\n", hub.url().c_str());
    std::fflush(stdout);
    loop.on_signal([&loop](int) { loop.stop(); });
    loop.run();
    loop.run(hub.stop());
}
