// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ohm {

/// Signed count or position: every size, index and stride of the project.
using Index = std::ptrdiff_t;

}  // namespace ohm
