#include "base/secret.hpp"

#include <sodium.h>

namespace diorama {

Secret::~Secret()
{
    sodium_memzero(value_.data(), value_.size());
}

bool Secret::equals(std::string_view other) const
{
    return value_.size() == other.size() &&
           sodium_memcmp(value_.data(), other.data(), other.size()) == 0;
}

}  // namespace diorama
