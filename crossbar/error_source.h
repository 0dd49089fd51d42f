// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crossbar/macro_spec.h"

namespace ohm {

/// The imperfections of a macro that can be studied one at a time.
///
/// all: as specified; none: only the integers of weights and inputs remain; the others keep one
/// kind of imperfection and make the rest ideal.
std::vector<std::string> error_sources();

/// The Spec with only `source` left imperfect. Throws ArgumentError for an unknown source.
MacroSpec with_only(MacroSpec spec, const std::string& source);

}  // namespace ohm
