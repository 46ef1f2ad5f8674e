#pragma once

#include "base/duration.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/reading.hpp"
#include "base/secret.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <concepts>
#include <limits>
#include <map>
#include <type_traits>

// Reads and writes structs of values that say what they are made of:
//
//     struct Service {
//         std::string image;
//         std::optional<std::string> command;
//         std::vector<std::uint16_t> ports;
//         milliseconds grace = seconds{10};
//
//         static constexpr auto required = {"image"};
//     };
//     BOOST_DESCRIBE_STRUCT(Service, (), (image, command, ports, grace))
//
//     const auto service = read<Service>(node, "compose.yaml");  // Result<Service>
//     write_json(to_node(*service));
//
// The one rule of absence: a field named in `required` must be there; any other that is absent
// keeps what its initialiser gives it. Null counts as absent for std::optional, lists and maps.
//
// Spelling: a field is spelled as in C++, less a trailing '_' (`default_` is "default"), unless the
// struct has `static constexpr std::string_view key(std::string_view field)`.
//
// Fields may be bool, integers (range checked), double, std::string, std::optional, std::vector,
// std::map<std::string, …>, described structs and enums, Node (anything), Secret (read only), Id,
// Instant and std::chrono durations. Other types join by functions beside them (found by ADL):
//   Result<T> parse_text(std::string_view, std::type_identity<T>); std::string to_text(const T&);
//       for what is one string in a document: State, ByteSize;
//   void read_node(Reading&, const Node&, T&); Node write_node(const T&);
//       for everything else, such as Compose's short and long forms. `read_into` reads a part.

namespace diorama {

template <class T>
const Type& type_of();

/// Reads a part of a document on behalf of a `read_node`.
template <class T>
void read_into(Reading& reading, const Node& node, T& into)
{
    reading.value(type_of<T>(), node, &into);
}

/// The T that `node` describes, or all that is wrong with it, a line for each problem:
/// `compose.yaml:7:12: services[2].image: expected string, got number`.
/// `what` names the document: a file, or "the request body".
template <class T>
Result<T> read(const Node& node, std::string_view what, Unknown unknown = Unknown::error)
{
    Reading reading(what, unknown);
    T value{};
    read_into(reading, node, value);
    if (reading.failed()) return reading.error();
    return value;
}

/// `value` as a document. An absent std::optional is left out of its struct. Does not compile for
/// anything that holds a Secret.
template <class T>
    requires(!std::same_as<T, Secret>)
Node to_node(const T& value);

// What belongs to base joins in the same way as what belongs to others.

template <class Tag>
Result<Id<Tag>> parse_text(std::string_view text, std::type_identity<Id<Tag>>)
{
    return Id<Tag>::parse(text);
}
template <class Tag>
std::string to_text(const Id<Tag>& id)
{
    return id.text();
}

/// Seconds, minutes, hours: as for milliseconds, but nothing may be left over.
template <class Rep, class Period>
Result<std::chrono::duration<Rep, Period>>
parse_text(std::string_view text, std::type_identity<std::chrono::duration<Rep, Period>>)
{
    const auto exact = parse_duration(text);
    if (!exact) return exact.error();
    const auto rounded = std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(*exact);
    if (rounded == *exact) return rounded;
    return Error{
        Code::invalid,
        fmt::format("{} is too fine here", to_text(*exact)),
        fmt::format(
            "Write whole multiples of {}.",
            to_text(milliseconds{std::chrono::duration<Rep, Period>{1}})
        )
    };
}
template <class Rep, class Period>
std::string to_text(std::chrono::duration<Rep, Period> time)
{
    return format_duration(time);
}

}  // namespace diorama

#include "base/described_read.hpp"
#include "base/described_write.hpp"
