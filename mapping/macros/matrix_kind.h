// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/network/network.h"

namespace ohm {

/// Where a matrix lives, in which kind of macro, and how often it is programmed there.
struct MatrixKind {
  bool in_crossbars = true;
  Index macro = 0;       ///< kind: 0 the chip's own, k the (k - 1)-th of ChipSpec::macros
  Index redundancy = 1;  ///< independent replicas, whose results are averaged
};

/// What `head` says, and then the last rule of map.matrices that matches the name.
///
/// Replicas average what is independent between them: programming errors, noise, rounding, so that
/// the error of a product falls as 1 / sqrt(redundancy). Ref: Le Gallo et al., Neuromorph. Comput.
/// Eng. 2, 014009 (2022): slices of equal significance, which average, instead of ones that extend
/// the range.
MatrixKind kind_of(const StaticMatmul& matmul, const ChipSpec& spec);

/// The macro of a matrix, also of one that is digital: its bits are those of its operands.
const MacroSpec& macro_of(const StaticMatmul& matmul, const ChipSpec& spec);

/// One expert stands for its group (see middle_expert()), so that plans and costs want rules of
/// map.matrices to treat all members alike: ConfigError names the first that is not.
void require_alike_experts(const Network& network, const ChipSpec& spec);

/// Whether any matrix may differ from the others on this chip.
bool has_kinds(const ChipSpec& spec);

/// How a matrix is cut on this chip.
Cut cut_of(const StaticMatmul& matmul, const Chip& chip);

/// Blocks of all replicas of one copy; 0: not in crossbars.
Index blocks_of(const StaticMatmul& matmul, const Chip& chip);

/// The blocks of a network on this chip.
Partition partition_network(const Network& network, const Chip& chip);

/// Bits and replicas by matrix; empty where all are alike and stored once.
std::vector<MatrixWidths> matrix_widths(const Network& network, const ChipSpec& spec);

/// Weights that are stored, replicas included, in cells; of one copy of each matrix.
Index cells_of(const StaticMatmul& matmul, const Chip& chip);

}  // namespace ohm
