// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/error.h"

namespace ohm {

/// A mapping is wrong: a bug of the mapper, not of the user.
[[noreturn]] inline void violated(const std::string& text) {
  throw SolveError("mapping: verification failed: " + text);
}

}  // namespace ohm
