// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/index.h"

namespace ohm {

/// Damerau-Levenshtein distance, restricted to one edit per substring (optimal string alignment):
/// insertions, deletions, substitutions and swaps of neighbours, in bytes.
Index edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'bits'?" for the candidate closest to `word`, or "" if none is close.
///
/// Close: an edit distance (letter case aside) of at most a third of the longer word, at most 3;
/// failing that, a dotted name that ends in `word` or the other way round ('wte.weight' for
/// 'transformer.wte.weight'). Ties go to the first in alphabetical order.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// The text in single quotes, fit for one line of an error: control characters escaped, invalid
/// UTF-8 replaced by '?', cut after 100 bytes.
std::string in_quotes(std::string_view text);

}  // namespace ohm
