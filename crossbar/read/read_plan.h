// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "crossbar/product/exact_product.h"
#include "crossbar/product/sum_kernel.h"
#include "crossbar/program/program.h"
#include "crossbar/read/output_map.h"

namespace ohm {

/// Constants of the columns of one row group.
struct GroupScales {
  std::vector<float> scale;           ///< ADC steps per unit of a column sum
  std::vector<float> variance_scale;  ///< steps² per unit of a variance sum; empty: no sums
  std::vector<float> variance_floor;  ///< steps²; empty: no noise
  std::vector<double> factor;         ///< what one code counts in the product

  /// From column `first` on.
  ColumnScales from(Index first) const;
};

/// How a tile is read, as far as that does not depend on its inputs.
struct TilePlan {
  std::vector<GroupScales> groups;  ///< per row group, or one for all where they agree
  /// How the sums of the sliced outputs are converted.
  enum class Way {
    kernels,  ///< sums of int32 into codes of fp32
    linear,   ///< not at all: silent converters that do not round; all steps are one product (S2)
    mapped,   ///< not one by one: fidelity fused refers their errors to the outputs
    slow,     ///< by the readable twin
  };
  Way way = Way::slow;
  bool in_fp64 = false;  ///< the twin converts in fp64: too many codes for fp32, or no rounding
  std::vector<Index> sliced_outputs;   ///< outputs that are converted sum by sum
  std::optional<ExactOperand> sliced;  ///< their columns; absent where they are all
  std::vector<Index> fused_outputs;    ///< outputs whose conversions cannot round nor clip
  ExactOperand fused;                  ///< (inputs, fused outputs): what they add up to

  OutputMap map;  ///< where the way is mapped

  const GroupScales& group(Index g) const {
    return groups.size() == 1 ? groups.front() : groups[static_cast<size_t>(g)];
  }
};

/// The tiles of a matrix, ready to be read. Whoever changes cells, steps or converters plans anew.
struct ReadPlan {
  std::vector<TilePlan> tiles;
  /// What least_spread() found when the ranges were set; infinite where nothing is rounded.
  double spread = std::numeric_limits<double>::infinity();
};

/// Decides how to read every tile and each of its outputs.
///
/// An output is fused where its converters are silent ideal quantisers, every entry of its columns
/// is a whole number of steps, and no input at all can drive a sum beyond the codes: slices, steps
/// and row groups then are one product of integers: the conversions are the identity. All others
/// are converted sum by sum, or, with fidelity fused, read as one linear map per tile; throws
/// ArgumentError where their converters err.
enum class Fusing { where_exact, never };
ReadPlan plan_reads(const Macro& macro, const ProgrammedMatrix& matrix,
                    Fusing fusing = Fusing::where_exact);

/// Whether converters do nothing but round to whole numbers and clip.
bool clips_and_rounds(const ConverterBank& converters);

/// Factor on every sum of a row group: 1, or 1 - mean wire loss where the Spec asks for it.
double wire_gain(const Macro& macro, const ProgrammedTile& tile, Index rows);

}  // namespace ohm
