// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/chip_spec.h"

namespace ohm {

/// What joins chips whose description does not say it: chips in a grid that grows with the network,
/// over UCIe on an organic package (the figures of the component link_ucie_standard), side by side
/// along half of the shorter edge of a die (an assumption), at least one.
SystemSpec assumed_system(const ChipSpec& chip);

}  // namespace ohm
