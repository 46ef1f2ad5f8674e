#pragma once

#include "engine/sleep/pressure.hpp"

namespace diorama {

/// The memory of this machine.
class ProcMemory final : public MemoryGauge {
public:
    MemoryState read() override;
};

}  // namespace diorama
