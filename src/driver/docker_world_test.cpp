#include "base/tar.hpp"
#include "driver/docker_world.hpp"
#include "net/socket.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <unistd.h>

namespace diorama {

namespace {

constexpr std::string_view dockerfile = R"(FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY answer /bin/answer
COPY passwd /etc/passwd
RUN mkdir -p /tmp /srv && chmod 1777 /tmp && echo from-image > /srv/image.txt
)";

/// A server of one connection, by nc: "ping" is answered "pong", an HTTP request with "hello".
constexpr std::string_view answer = R"(#!/bin/sh
while read -r line; do
  case "$line" in
    ping) echo pong ;;
    ?|"") printf 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'; exit ;;
  esac
done
)";

constexpr std::string_view passwd = "root:x:0:0::/:/bin/sh\napp:x:10001:10001::/:/bin/sh\n";

std::string file(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::string context()
{
    TarWriter tar;
    const auto add = [&](const char* path, std::string_view content, std::uint32_t mode) {
        REQUIRE(tar.begin({.path = path, .mode = mode, .size = content.size()}).has_value());
        REQUIRE(tar.content(content).has_value());
    };
    add("Dockerfile", dockerfile, 0644);
    add("busybox", file("/bin/busybox"), 0755);
    add("answer", answer, 0755);
    add("passwd", passwd, 0644);
    REQUIRE(tar.finish().has_value());
    return tar.take();
}

/// Differs from run to run and from world to world in a run.
unsigned next_number()
{
    static unsigned count = 0;
    return static_cast<unsigned>(getpid()) * 8 + count++ % 8;
}

/// Built by the first world of a run, for all of them; goes at the end of the program.
class TestImage {
public:
    static const std::string& reference()
    {
        static const TestImage image;
        return image.reference_;
    }

private:
    TestImage() : reference_(fmt::format("diorama-driver-test:{}", getpid()))
    {
        loop_.run(build());
    }
    ~TestImage() { loop_.run(remove()); }

    Task<> build()
    {
        docker::BuildOptions options;
        options.tags = {reference_};
        auto tar = docker::one_piece(context());
        const auto built =
            co_await engine_.build(options, std::move(tar), [](docker::Progress) {}, {});
        REQUIRE_MESSAGE(built.has_value(), built.error().text());
    }
    Task<> remove()
    {
        const auto removed = co_await engine_.remove_image(reference_, true);
        if (!removed) fmt::print(stderr, "{}\n", removed.error().text());
    }

    mutable Loop loop_;
    mutable docker::Engine engine_{loop_};
    std::string reference_;
};

}  // namespace

DockerWorld::DockerWorld(DriverOptions options) : options_(std::move(options))
{
    const unsigned number = next_number();
    if (options_.installation.empty())
        options_.installation = {*Uuid::parse(fmt::format("01900000-0000-7000-8000-{:012x}", number)
        )};
    prefix_ = fmt::format("drvt{:x}", number);
    image_ = TestImage::reference();
    driver_ = std::make_unique<DockerDriver>(loop_, engine_, options_);
}

DockerWorld::~DockerWorld()
{
    const auto there = loop_.run(left());
    CHECK_MESSAGE(there.empty(), "a test left ", there.empty() ? "" : there.front());
    loop_.run(clear());
}

std::string DockerWorld::subnet(unsigned index)
{
    const auto number = static_cast<unsigned>(std::stoul(prefix_.substr(4), nullptr, 16));
    return fmt::format("10.{}.{}.{}/26", 180 + number / 256 % 64, number % 256, index * 64);
}

void DockerWorld::cast(ContainerIntent& intent, Part part)
{
    const auto shell = [&](const char* script) { intent.service.command = {"sh", "-c", script}; };
    intent.image = image_;
    intent.service.stop_signal = "SIGKILL";  // The shell as first process minds no other.
    switch (part) {
        case Part::server: shell("echo listening; exec nc -ll -p 8080 -e /bin/answer"); break;
        case Part::job: shell("echo done"); break;
        case Part::broken: shell("echo cannot read the configuration; exit 3"); break;
        case Part::deaf: shell("sleep 1000"); break;
    }
    if (part == Part::server || part == Part::deaf) intent.service.ports = {8080};
}

Task<> DockerWorld::place_foreign(EntryType type, std::string name)
{
    if (type == EntryType::network) {
        const auto made = co_await engine_.create_network({.name = name, .subnet = subnet(3)});
        CHECK_MESSAGE(made.has_value(), made.error().text());
    } else if (type == EntryType::volume) {
        const auto made = co_await engine_.create_volume(name, {});
        CHECK_MESSAGE(made.has_value(), made.error().text());
    } else {
        const auto made = co_await engine_.create_container(
            {.name = name, .image = image_, .command = {{"sleep", "1"}}}
        );
        CHECK_MESSAGE(made.has_value(), made.error().text());
    }
}

Task<bool> DockerWorld::foreign_exists(EntryType type, std::string name)
{
    // Looked at once, then taken away: the test is over for it.
    if (type == EntryType::network) {
        const auto there = co_await engine_.remove_network(name);
        co_return there.has_value();
    }
    if (type == EntryType::volume) {
        const auto there = co_await engine_.remove_volume(name, false);
        co_return there.has_value();
    }
    const auto there = co_await engine_.remove_container(name, true, true);
    co_return there.has_value();
}

Task<std::pair<std::int64_t, std::string>> DockerWorld::shell(Entry in, std::string script)
{
    std::string said;
    const auto take = [&](const OutputLine& line) { said += line.text + "\n"; };
    const std::vector<std::string> argv{"sh", "-c", script};
    const auto code = co_await driver_->exec(in, argv, take, {});
    REQUIRE_MESSAGE(code.has_value(), code.error().text());
    co_return std::pair(*code, said);
}

Task<std::vector<std::string>> DockerWorld::resolve(Entry from, std::string name)
{
    const auto [code, said] = co_await shell(from, "nslookup " + name + " | grep ^Address:");
    std::vector<std::string> addresses;
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        const std::string address = line.substr(line.find_last_of(" \t") + 1);
        if (address.find(':') == std::string::npos) addresses.push_back(address);
    }
    co_return addresses;
}

Task<> DockerWorld::connect(Entry, std::string address)
{
    // The server may still be starting.
    for (int time = 0; time < 100; ++time) {
        auto opened = co_await diorama::connect(loop_, Address::tcp(address, 8080));
        if (opened) {
            connection_ = std::move(*opened);
            break;
        }
        co_await sleep(loop_, milliseconds{50});
    }
    const bool answers = co_await still_connected();
    REQUIRE(answers);
}

Task<bool> DockerWorld::still_connected()
{
    if (!connection_) co_return false;
    // A connection that broke says nothing: five seconds of silence are an answer, too.
    const auto give_up = loop_.after(seconds{5}, [this] { connection_->close(); });
    const auto asked = co_await connection_->write("ping\n");
    if (!asked) co_return false;
    std::array<char, 5> told{};
    const auto read = co_await connection_->read(told);
    co_return read&& std::string_view(told.data(), *read) == "pong\n";
}

Task<std::vector<std::string>> DockerWorld::left()
{
    std::vector<std::string> names;
    const auto ours = co_await driver_->observe(std::nullopt);
    REQUIRE(ours.has_value());
    for (const Found& found : *ours)
        names.push_back(found.name);
    const auto containers = co_await engine_.list_containers({});
    REQUIRE(containers.has_value());
    for (const auto& each : *containers) {
        if (each.name.starts_with(prefix_)) names.push_back(each.name);
    }
    co_return names;
}

Task<> DockerWorld::clear()
{
    connection_.reset();
    const auto names = co_await left();
    for (const std::string& name : names)
        co_await engine_.remove_container(name, true, true);
    for (const std::string& name : names)
        co_await engine_.remove_network(name);
    for (const std::string& name : names)
        co_await engine_.remove_volume(name, true);
}

}  // namespace diorama
