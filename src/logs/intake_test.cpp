#include "logs/intake.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

struct At {
    explicit At(LogLimits limits = {}, std::vector<NamedSecret> secrets = {})
        : intake({}, limits, std::make_shared<const SecretSet>(secrets))
    {}

    void write(std::string message, LogType type = LogType::container, std::string service = "web")
    {
        intake.take(
            {.type = type, .service = std::move(service), .message = std::move(message), .at = now},
            now
        );
    }
    std::vector<std::string> texts()
    {
        std::vector<std::string> out;
        for (auto& line : intake.next(1'000'000))
            out.push_back(line.message);
        return out;
    }

    LineIntake intake;
    Instant now{hours{1}};
};

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("a line keeps its time, type, service and deployment")
{
    At at;
    LogLine line{
        .type = LogType::build, .service = "api", .stream = "stderr", .message = "a", .at = at.now
    };
    line.deployment = DeploymentId{};
    line.deployment->value.bytes[0] = 1;
    at.intake.take(line, at.now);
    REQUIRE(at.intake.queued().size() == 1);
    CHECK(at.intake.queued()[0] == line);
}

TEST_CASE("a text of several lines becomes several lines")
{
    At at;
    at.write("a\nb\n");
    at.write("c");
    CHECK(at.texts() == All{"a", "b", "", "c"});
}

TEST_CASE("SEC-60: a secret that two lines of one stream share is found, and lines keep their times"
)
{
    At at(
        {
    },
        {{"KEY", Secret("0123456789abcdefghij")}}
    );
    at.write("x0123456789");
    const auto first = at.now;
    at.now += milliseconds{10};
    CHECK(at.intake.queued().empty());
    CHECK(at.intake.restless());
    at.write("other", LogType::container, "api");
    at.write("abcdefghij!");
    REQUIRE(at.intake.queued().size() == 3);
    CHECK(at.intake.queued()[0].message == "other");
    CHECK(at.intake.queued()[1].message == "x[secret KEY]");
    CHECK(at.intake.queued()[1].at == first);
    CHECK(at.intake.queued()[2].message == "!");
    CHECK(at.intake.queued()[2].at == at.now);
}

TEST_CASE("what only began like a secret is held for a moment, not for ever")
{
    At at(
        {
    },
        {{"KEY", Secret("0123456789abcdefghij")}}
    );
    at.write("took 0123");
    CHECK(at.texts() == All{});
    at.intake.settle(at.now);
    CHECK(at.texts() == All{});
    at.intake.settle(at.now);
    CHECK(at.texts() == All{"took 0123"});
    at.intake.settle(at.now);
    CHECK_FALSE(at.intake.restless());
}

TEST_CASE("new secrets hold for the next line")
{
    At at;
    at.write("hunter22");
    at.intake.set_secrets(std::make_shared<const SecretSet>(std::vector<NamedSecret>{
        {"P", Secret("hunter22")}
    }));
    at.write("hunter22");
    CHECK(at.texts() == All{"hunter22", "[secret P]"});
}

TEST_CASE("SEC-41: a flood is cut at the limit, and the log says how many lines are missing")
{
    At at({.lines_per_second = 10, .lines_at_once = 100});
    for (int i = 0; i < 1000; ++i)
        at.write("x");
    CHECK(at.texts().size() == 100);
    at.intake.settle(at.now);
    CHECK(at.texts() == All{"900 lines dropped: more than 10 lines or 1024 KiB a second"});
    at.now += seconds{1};
    for (int i = 0; i < 20; ++i)
        at.write("y");
    CHECK(at.texts().size() == 10);
    at.intake.settle(at.now);
    CHECK(at.texts() == All{"10 lines dropped: more than 10 lines or 1024 KiB a second"});
}

TEST_CASE("how many lines are missing is said once a second, not at every turn")
{
    At at({.lines_per_second = 1, .lines_at_once = 1});
    std::uint64_t said = 0;
    std::size_t notes = 0;
    for (int i = 0; i < 100; ++i) {
        for (int j = 0; j < 10; ++j)
            at.write("x");
        at.now += milliseconds{100};
        at.intake.settle(at.now);
        for (const auto& text : at.texts())
            if (text != "x") {
                ++notes;
                said += std::stoull(text);
            } else {
                ++said;
            }
    }
    at.intake.finish(at.now);
    for (const auto& text : at.texts())
        said += std::stoull(text);
    CHECK(said == 1000);
    CHECK(notes <= 11);
}

TEST_CASE("bytes are limited, too, and one line larger than the limit passes when nothing else did")
{
    At at({.bytes_per_second = 1000, .bytes_at_once = 1000});
    at.write(std::string(5000, 'a'));
    at.write("b");
    CHECK(at.texts().size() == 1);
    at.now += seconds{3};
    at.write("c");
    CHECK(at.texts().empty());
    at.now += seconds{3};
    at.write("d");
    CHECK(at.texts() == All{"d"});
}

TEST_CASE("while the store takes nothing, the queue has an end")
{
    At at({.queue = 10});
    for (int i = 0; i < 30; ++i)
        at.write(std::to_string(i));
    auto batch = at.intake.next(4);
    CHECK(batch.size() == 4);
    at.intake.put_back(std::move(batch));
    CHECK(at.intake.queued().size() == 10);
    CHECK(at.intake.queued()[0].message == "0");
    at.intake.lose(3);
    at.intake.finish(at.now);
    const auto texts = at.texts();
    REQUIRE(texts.size() == 12);
    CHECK(texts[10].starts_with("20 lines dropped"));
    CHECK(texts[11] == "3 lines lost: they could not be stored");
}
