// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/units.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Weights that live in crossbars, all layers and experts.
struct WeightTotals {
  double weights = 0.0, cells = 0.0;
  double used = 0.0;  ///< weights that one token is multiplied with
  Joules mvms;        ///< of these products, by the macro alone
  Bytes bytes;
};

/// Those of a network by stack; what the second of two keeps of the source is made by the first.
std::vector<WeightTotals> weight_totals(const TransformerSpec& network, const ChipSpec& chip);

}  // namespace ohm
