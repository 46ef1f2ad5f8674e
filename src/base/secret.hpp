#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace diorama {

/// A value that cannot be printed, formatted, logged or compared by accident, and that is wiped
/// when it goes. Whoever really needs the characters says so: `secret.reveal()`.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret();

    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

    /// In constant time for values of equal length.
    bool equals(std::string_view other) const;

private:
    std::string value_;
};

}  // namespace diorama
