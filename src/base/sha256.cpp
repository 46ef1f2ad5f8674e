#include "base/sha256.hpp"

#include "base/encoding.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace diorama {

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free
    };
};

namespace {

void must(bool worked)
{
    if (!worked) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

Sha256::Sha256() : state_(std::make_unique<State>())
{
    must(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes)
{
    must(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex()
{
    std::array<unsigned char, 32> digest{};
    must(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1);
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

std::string sha256(std::string_view bytes)
{
    Sha256 hash;
    hash.update(bytes);
    return hash.hex();
}

std::string hmac_sha256(std::string_view key, std::string_view bytes)
{
    constexpr std::size_t block = 64;
    std::string inner = key.size() > block ? from_hex(sha256(key)).value() : std::string(key);
    inner.resize(block, '\0');
    std::string outer = inner;
    for (char& byte : inner)
        byte = static_cast<char>(byte ^ 0x36);
    for (char& byte : outer)
        byte = static_cast<char>(byte ^ 0x5c);
    inner += bytes;
    outer += from_hex(sha256(inner)).value();
    return sha256(outer);
}

}  // namespace diorama
