#include "base/described.hpp"
#include "base/json.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace diorama;

namespace {

enum class Restart { no, always, on_failure };
BOOST_DESCRIBE_ENUM(Restart, no, always, on_failure)

struct Port {
    std::uint16_t number = 0;
    std::string protocol = "tcp";
    static constexpr auto required = {"number"};
    friend bool operator==(const Port&, const Port&) = default;
};
BOOST_DESCRIBE_STRUCT(Port, (), (number, protocol))

struct Service {
    std::string image;
    std::optional<std::string> command;
    std::vector<Port> ports;
    std::map<std::string, std::string> environment;
    Restart restart = Restart::no;
    bool tty = false;
    double cpus = 1;
    std::int8_t nice = 0;
    milliseconds grace = seconds{10};
    seconds pause{0};
    Instant since{};
    Id<struct ServiceTag> id;
    std::vector<Service> sidecars;
    Node extra;
    int default_ = 7;

    static constexpr auto required = {"image"};
    friend bool operator==(const Service&, const Service&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Service,
    (),
    (image,
     command,
     ports,
     environment,
     restart,
     tty,
     cpus,
     nice,
     grace,
     pause,
     since,
     id,
     sidecars,
     extra,
     default_)
)

struct File {
    std::vector<Service> services;
};
BOOST_DESCRIBE_STRUCT(File, (), (services))

struct Login {
    std::string user;
    Secret password;
};
BOOST_DESCRIBE_STRUCT(Login, (), (user, password))

}  // namespace

// Types of another room, which join by functions beside them.
namespace elsewhere {

enum class Mood { fine, bad };
std::string to_text(Mood mood)
{
    return mood == Mood::fine ? "is fine" : "is bad";
}
Result<Mood> parse_text(std::string_view text, std::type_identity<Mood>)
{
    if (text == "is fine") return Mood::fine;
    if (text == "is bad") return Mood::bad;
    return Error{Code::invalid, "no such mood", "Write 'is fine' or 'is bad'."};
}

struct Build {
    std::string context;
    std::string dockerfile = "Dockerfile";
};
BOOST_DESCRIBE_STRUCT(Build, (), (context, dockerfile))

/// Compose's short form is the context alone.
struct ShortOrLong {
    Build build;
};
void read_node(Reading& reading, const Node& node, ShortOrLong& into)
{
    if (node.string())
        into.build.context = *node.string();
    else
        read_into(reading, node, into.build);
}
Node write_node(const ShortOrLong& from)
{
    return to_node(from.build);
}

struct Base {
    std::string id;
    static constexpr std::string_view key(std::string_view field)
    {
        return field == "id" ? "Id" : field;
    }
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Job : Base {
    Mood mood = Mood::bad;
    std::map<std::string, ShortOrLong> builds;
    static constexpr auto required = {"mood", "Id"};
};
BOOST_DESCRIBE_STRUCT(Job, (Base), (mood, builds))

}  // namespace elsewhere

namespace {

template <class T>
Result<T> parse(std::string_view json, Unknown unknown = Unknown::error)
{
    return read<T>(parse_json(json).value(), "file", unknown);
}

/// The message of what must not be readable.
template <class T = File>
std::string wrong(std::string_view json)
{
    const auto parsed = parse<T>(json);
    REQUIRE(parsed.has_error());
    return parsed.error().message;
}

}  // namespace

TEST_CASE("a struct comes back from JSON as it was written")
{
    SeededRandom random(1);
    Service service{.image = "nginx:1.27", .command = "sleep 1", .environment = {{"A", "b"}}};
    service.ports = {
        {.number = 80},
        {.number = 53, .protocol = "udp"}
    };
    service.restart = Restart::on_failure;
    service.since = Instant{milliseconds{1'234'567'890'123}};
    service.id = Id<ServiceTag>::make(service.since, random);
    service.sidecars = {{.image = "envoy"}};
    service.extra = Node::List{1, "two", nullptr};
    service.grace = milliseconds{1500};
    const auto text = write_json(to_node(service));
    CAPTURE(text);
    CHECK(parse<Service>(text).value() == service);
    CHECK(text.find(R"("since":"2009-02-13T23:31:30.123Z")") != text.npos);
    CHECK(text.find(R"("grace":"1s500ms")") != text.npos);
    CHECK(text.find(R"("default":7)") != text.npos);
    CHECK(text.find("command\":null") == text.npos);
}

TEST_CASE("what is absent keeps its default, what is null is absent for optionals and lists")
{
    const auto service = parse<Service>(R"({"image":"a","command":null,"ports":null})").value();
    CHECK(service == Service{.image = "a"});
    CHECK(service.grace == seconds{10});
}

TEST_CASE("a mistake is named with the path that leads to it")
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {R"([])",                                                       "file: expected map, got list"          },
        {R"({"services":[{"image":"a"},{"image":7}]})",
         "file: services[1].image: expected string, got number"                                                 },
        {R"({"services":[{"imgae":"a","image":"b"}]})",
         "file: services[0].imgae: unknown key (did you mean 'image'?)"                                         },
        {R"({"services":[{}]})",                                        "file: services[0].image: is missing"   },
        {R"({"services":{}})",                                          "file: services: expected list, got map"},
        {R"({"services":[{"image":"a","tty":"yes"}]})",
         "file: services[0].tty: expected boolean, got string"                                                  },
        {R"({"services":[{"image":"a","nice":128}]})",
         "file: services[0].nice: expected a number from -128 to 127, got 128"                                  },
        {R"({"services":[{"image":"a","nice":1.5}]})",
         "file: services[0].nice: expected whole number, got number"                                            },
        {R"({"services":[{"image":"a","restart":"allways"}]})",
         "file: services[0].restart: 'allways' is not one of no, always, on_failure"                            },
        {R"({"services":[{"image":"a","grace":"soon"}]})",
         "file: services[0].grace: 'soon' is not a duration"                                                    },
        {R"({"services":[{"image":"a","pause":"1ms"}]})",
         "file: services[0].pause: 1ms is too fine here"                                                        },
        {R"({"services":[{"image":"a","since":"today"}]})",
         "file: services[0].since: 'today' is not a date and time"                                              },
        {R"({"services":[{"image":"a","id":"1"}]})",                    "file: services[0].id: '1' is not an id"},
        {R"({"services":[{"image":"a","ports":[{"number":-1}]}]})",
         "file: services[0].ports[0].number: expected a number from 0 to 65535, got -1"                         },
        {R"({"services":[{"image":"a","environment":{"A B":[]}}]})",
         "file: services[0].environment['A B']: expected string, got list"                                      },
        {R"({"services":[{"image":"a","sidecars":[{"image":null}]}]})",
         "file: services[0].sidecars[0].image: expected string, got null"                                       },
    };
    for (const auto& [json, message] : table) {
        CAPTURE(json);
        CHECK(wrong(json) == message);
    }
}

TEST_CASE("all mistakes of a document are told at once, up to a score of them")
{
    const auto two = parse<File>(R"({"services":[{"image":1},{"tty":1}]})").error();
    CHECK(
        two.message == "file: services[0].image: expected string, got number\n"
                       "file: services[1].tty: expected boolean, got number\n"
                       "file: services[1].image: is missing"
    );
    CHECK(two.mend == "Mend these 3 places.");

    std::string many = R"({"services":[0)";
    for (int i = 0; i < 1000; ++i)
        many += ",0";
    CHECK(wrong(many + "]}").ends_with("services[19]: expected map, got number\nand 981 more"));
}

TEST_CASE("a mistake stands with its line and column when the document has them")
{
    Node node = parse_json(R"({"services":[{"image":"a","tty":1}]})").value();
    auto& service = std::get<Node::List>(std::get<Node::Map>(node.value)[0].value.value)[0];
    std::get<Node::Map>(service.value)[1].value.at = {7, 12};
    CHECK(
        read<File>(node, "compose.yaml").error().message ==
        "compose.yaml:7:12: services[0].tty: expected boolean, got number"
    );
}

TEST_CASE("other programs may send more than we know, people may not")
{
    const auto json = R"({"services":[],"extra":1})";
    CHECK(parse<File>(json, Unknown::ignore).has_value());
    CHECK(parse<File>(json).error().mend == "Remove it; known here: services.");
}

TEST_CASE("SEC-11: hostile keys and values cannot drive a terminal through our messages")
{
    CHECK(wrong("{\"\\u001b[2J\\u202e\":1}") == "file: ['\\x1b[2J\\u{202e}']: unknown key");
    const std::string big(5000, 'x');
    CHECK(wrong(R"({"services":[{"image":"a","restart":")" + big + R"("}]})").size() < 200);
}

template <class T>
concept Writable = requires(const T& value) { to_node(value); };

TEST_CASE("a secret can be read and not written")
{
    CHECK(parse<Login>(R"({"user":"a","password":"p"})").value().password.reveal() == "p");
    CHECK_FALSE(Writable<Secret>);
    CHECK(Writable<Service>);
}

TEST_CASE("the fields and types of a struct can be listed for others to read")
{
    const Type& type = type_of<Service>();
    CHECK(type.kind == Type::Kind::record);
    CHECK(type.fields.size() == 15);
    CHECK(type.fields[0].name == "image");
    CHECK(type.fields[0].required);
    CHECK_FALSE(type.fields[1].required);
    CHECK(type.fields[10].type().format == "date-time");
    CHECK(&type.fields[12].type().element() == &type);
    CHECK(type.fields[4].type().names.size() == 3);
}

TEST_CASE("types of other rooms join by functions beside them, keys may be spelled in another way")
{
    using elsewhere::Job;
    const auto job =
        parse<Job>(R"({"Id":"7","mood":"is fine","builds":{"a":"./a","b":{"context":"b"}}})")
            .value();
    CHECK(job.id == "7");
    CHECK(job.mood == elsewhere::Mood::fine);
    CHECK(job.builds.at("a").build.context == "./a");
    CHECK(job.builds.at("b").build.dockerfile == "Dockerfile");
    CHECK(write_json(to_node(job))
              .starts_with(R"({"Id":"7","mood":"is fine","builds":{"a":{"context":"./a",)"));
    CHECK(
        wrong<Job>(R"({"Id":"7","mood":"x","builds":{"a":{"contxt":1}}})") ==
        "file: mood: no such mood\nfile: builds.a.contxt: unknown key (did you mean 'context'?)"
    );
    CHECK(
        wrong<Job>(R"({"id":"7","mood":"is bad"})") ==
        "file: id: unknown key (did you mean 'Id'?)\nfile: Id: is missing"
    );
}

namespace {

struct Listening {
    std::vector<std::string> on{"0.0.0.0:8080"};
    std::map<std::string, std::int64_t> weights{
        {"a", 1}
    };
};
BOOST_DESCRIBE_STRUCT(Listening, (), (on, weights))

}  // namespace

TEST_CASE("a list or map in a document replaces the default, it is not added to it")
{
    const auto given = read<Listening>(
        Node::Map{
            {"on",      Node::List{"[::1]:80"}},
            {"weights", Node::Map{{"b", 2}}   }
    },
        "a test"
    );
    REQUIRE(given.has_value());
    CHECK(given->on == std::vector<std::string>{"[::1]:80"});
    CHECK(
        given->weights ==
        std::map<std::string, std::int64_t>{
            {"b", 2}
    }
    );
    CHECK(read<Listening>(Node::Map{}, "a test")->on.size() == 1);
}
