// How fast log text passes the redactor, beside two peers in the same run: copying the lines, and
// searching for each secret's plain text alone with the C library.

#include "base/random.hpp"
#include "logs/intake.hpp"

#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <string>
#include <vector>

using namespace diorama;

namespace {

constexpr std::size_t megabyte = 1U << 20U;

/// Lines as builds and servers write them; one in a thousand gives a secret away.
std::string sample(Random& random, const std::vector<NamedSecret>& secrets, std::size_t size)
{
    std::string out;
    while (out.size() < size) {
        const auto n = random.number();
        switch (n % 8) {
            case 0: out += fmt::format("GET /assets/{:x}.js HTTP/1.1\" 200 {}", n, n % 9000); break;
            case 1:
                out += fmt::format("#7 {}.{} npm WARN deprecated left-pad@1.3.0", n % 90, n % 7);
                break;
            case 2:
                out += fmt::format(R"({{"level":"info","time":{},"msg":"request done"}})", n);
                break;
            case 3:
                out += fmt::format("    at Object.<anonymous> (/app/src/index.js:{}:13)", n % 500);
                break;
            case 4:
                out += fmt::format("Get:{} http://deb.debian.org/debian bookworm/main", n % 99);
                break;
            default:
                out += fmt::format("{} worker {} took job {} in {} ms", n, n % 8, n % 77, n % 999);
        }
        if (n % 1000 == 0) out += " " + secrets[n % secrets.size()].value.reveal();
        out += '\n';
    }
    return out;
}

template <class Work>
double megabytes_per_second(std::size_t size, Work work)
{
    const auto begin = std::clock();
    work();
    const auto spent = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return static_cast<double>(size) / megabyte / spent;
}

double
redact(const std::shared_ptr<const SecretSet>& set, const std::string& text, std::size_t piece)
{
    return megabytes_per_second(text.size(), [&] {
        Redactor redactor(set);
        std::string out;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            out.clear();
            redactor.feed(std::string_view(text).substr(at, piece), out);
        }
    });
}

double redact_lines(const std::shared_ptr<const SecretSet>& set, const std::string& text)
{
    return megabytes_per_second(text.size(), [&] {
        Redactor redactor(set);
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at) + 1;
            out.clear();
            redactor.feed(std::string_view(text).substr(at, end - at), out);
            at = end;
        }
    });
}

/// The whole way of a line to the queue for the store, without limits.
double take_lines(const std::shared_ptr<const SecretSet>& set, const std::string& text)
{
    return megabytes_per_second(text.size(), [&] {
        Intake intake({}, {.lines_at_once = 1e12, .bytes_at_once = 1e12}, set);
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at) + 1;
            intake.take({.service = "web", .message = text.substr(at, end - at - 1)}, {});
            if (intake.queued().size() >= 500) intake.next(500);
            at = end;
        }
    });
}

double copy_lines(const std::string& text)
{
    return megabytes_per_second(text.size(), [&] {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at) + 1;
            out.assign(text, at, end - at);
            at = end;
        }
    });
}

std::size_t found_in_all = 0;  // Kept, so that the search is not optimised away.

double search_each(const std::vector<NamedSecret>& secrets, const std::string& text)
{
    return megabytes_per_second(text.size(), [&] {
        for (const auto& secret : secrets) {
            const auto& what = secret.value.reveal();
            std::string_view rest = text;
            while (const void* at = memmem(rest.data(), rest.size(), what.data(), what.size())) {
                const auto place = static_cast<const char*>(at) - rest.data();
                rest.remove_prefix(static_cast<std::size_t>(place) + 1);
                ++found_in_all;
            }
        }
    });
}

}  // namespace

int main()
{
    fmt::print(
        "{:>8} {:>12} {:>12} {:>12} {:>12} {:>14}\n",
        "secrets",
        "64 KiB MB/s",
        "lines MB/s",
        "intake MB/s",
        "copy MB/s",
        "plain only MB/s"
    );
    for (const std::size_t count : {1U, 20U, 200U}) {
        SeededRandom random(1);
        std::vector<NamedSecret> secrets;
        for (std::size_t i = 0; i < count; ++i)
            secrets.push_back(
                {fmt::format("SECRET_{}", i), Secret(random.hex(8) + "/" + random.hex(24))}
            );
        const auto set = std::make_shared<const SecretSet>(secrets);
        const auto text = sample(random, secrets, 64 * megabyte);
        fmt::print(
            "{:>8} {:>12.0f} {:>12.0f} {:>12.0f} {:>12.0f} {:>14.0f}\n",
            count,
            redact(set, text, 64 * 1024),
            redact_lines(set, text),
            take_lines(set, text),
            copy_lines(text),
            search_each(secrets, text)
        );
    }
    return found_in_all == 0 ? 1 : 0;
}
