#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace diorama {

/// SHA-256 (FIPS 180-4) over bytes that come in pieces. Content keys and name suffixes are made of
/// it: nobody can choose two texts with the same one.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::string_view bytes);
    /// 64 lower-case hex digits. The end: nothing may be added after it.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The hash of one text, 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

/// HMAC-SHA256 (RFC 2104) of `bytes` under `key`, 64 lower-case hex digits: how forges sign their
/// webhooks.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace diorama
