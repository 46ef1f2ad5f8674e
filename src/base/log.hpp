#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace diorama {

namespace detail {

inline std::string log_text(std::string_view text)
{
    return std::string(text);
}
inline std::string log_text(const Error& error)
{
    return error.text();
}
template <class T>
    requires std::is_arithmetic_v<T>
std::string log_text(T number)
{
    return fmt::format("{}", number);
}
/// Ids.
template <class T>
    requires requires(const T& value) {
        { value.text() } -> std::same_as<std::string>;
    }
std::string log_text(const T& value)
{
    return value.text();
}
/// Enums with a name.
template <class T>
    requires requires(T value) {
        { name(value) } -> std::convertible_to<std::string_view>;
    }
std::string log_text(T value)
{
    return std::string(name(value));
}

}  // namespace detail

/// The log of the program, for its operator: one event a line, UTC time first, then level, message
/// and fields. Not the logs of environments: those are the room `logs`.
///
///     log.info("deployment finished", {{"environment", id}, {"took", 1250}});
///     2026-03-01T12:00:00.250Z info deployment finished environment=0195… took=1250
///
/// Made once in main and passed by reference. Any thread may write. Whatever a stranger wrote is
/// cleaned by `display`, so nobody can forge a line; a Secret does not compile.
class Log {
public:
    enum class Level { debug, info, warn, error };

    /// `name=value`.
    class Field {
    public:
        template <class T>
            requires requires(const T& value) { detail::log_text(value); }
        Field(std::string_view name, const T& value) : name_(name),
                                                       value_(detail::log_text(value))
        {}

    private:
        friend class Log;
        std::string_view name_;
        std::string value_;
    };
    using Fields = std::initializer_list<Field>;

    /// Writes to stderr what is at least as grave as `least`.
    explicit Log(Level least = Level::info);
    /// Hands each line, without its end, to `sink`, one at a time; for tests and other
    /// destinations.
    Log(Level least, std::function<void(std::string_view)> sink);
    ~Log();

    void debug(std::string_view message, Fields fields = {})
    {
        write(Level::debug, message, fields);
    }
    void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
    void warn(std::string_view message, Fields fields = {}) { write(Level::warn, message, fields); }
    void error(std::string_view message, Fields fields = {})
    {
        write(Level::error, message, fields);
    }

private:
    struct Sink;

    void write(Level level, std::string_view message, Fields fields);

    std::unique_ptr<Sink> sink_;
};

std::string_view name(Log::Level level);
/// Joins configuration files and the command line: "debug", "info", "warn", "error".
Result<Log::Level> parse_text(std::string_view text, std::type_identity<Log::Level>);
std::string to_text(Log::Level level);

}  // namespace diorama
