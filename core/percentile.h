// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace ohm {

/// The percentile of values, linear between neighbours, as numpy.percentile's default method.
///
/// Exact, not estimated; time O(n). Args: values, not NaN, at least one; percentile in [0, 100].
/// Throws ArgumentError otherwise.
double percentile_of(std::vector<float> values, double percentile);
double percentile_of(std::vector<double> values, double percentile);

}  // namespace ohm
