// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// Digital correction of the mean drift: outputs are scaled by what probe inputs have lost.
///
/// Model: `global`: one factor per array, the mean absolute probe current at t0 over that now
/// (Joshi et al., Nat. Commun. 11, 2473, 2020); `column`: one factor per column. The spread of the
/// drift over cells remains.
struct CompensationSpec {
  std::string kind = "none";
  Seconds period{3600.0};  ///< between two measurements of the factors
  Index probes = 0;        ///< probe inputs per measurement; 0: one per wordline

  void visit(Visitor& v);
};

/// What one measurement of the factors costs an array.
struct CompensationCost {
  Index probe_mvms = 0;
  Index multiplies = 0;  ///< per MVM thereafter: one per column
};

/// The factor of a whole array from the currents of its columns, summed over probes, at t0 and now.
///
/// mean |before| / mean |now|; 1 where nothing conducts now. Throws ArgumentError where the lengths
/// differ or a current is not finite.
double global_factor(std::span<const double> before, std::span<const double> now);

/// The factor of each column, from the same; 1 where a column conducts nothing now.
std::vector<double> column_factors(std::span<const double> before, std::span<const double> now);

CompensationCost compensation_cost(const CompensationSpec& spec, Index n_wordlines,
                                   Index n_bitlines);

}  // namespace ohm
