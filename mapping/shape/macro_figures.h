// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/units.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/mvm_activity.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/chip/partition.h"

namespace ohm {

/// What a block of weights in one macro takes.
struct BlockFigures {
  Index rows = 0, columns = 0;
  MacroTiming timing;
  std::vector<double> energy;  ///< J of one MVM, by entry of MacroFigures::components()
};

/// Published parts of a block of the chip.
struct PartFigures {
  SquareMetres area;
  Watts power;  ///< while the block works
};

/// All that costs ask of a macro, found once: for as many chips and networks as share it.
///
/// Energies are those of mvm_energy() for a million MVMs, of which each takes its part: equal to
/// those of any number but for counts that round to whole ones.
class MacroFigures {
 public:
  /// Of the macro, the split of rows and the published parts of a chip.
  explicit MacroFigures(const ChipSpec& chip);

  const MacroSpec& macro() const { return macro_; }
  const BlockShape& shape() const { return shape_; }
  Index cells_per_weight() const { return cells_per_weight_; }
  Index cells() const { return macro_.array.n_wordlines * macro_.array.n_bitlines; }
  SquareMetres area() const { return area_; }
  Watts leakage() const { return leakage_; }
  Watts weight_leakage() const { return weight_leakage_; }  ///< of memory that needs power
  const PartFigures& core() const { return core_; }
  const PartFigures& tile() const { return tile_; }
  const PartFigures& chip() const { return chip_; }

  /// Names of the components that MVMs are booked on.
  const std::vector<std::string>& components() const { return components_; }
  /// Of a block; found at the first call. The reference stays.
  const BlockFigures& of(Index rows, Index columns, const InputStatistics& activity);

 private:
  BlockFigures find(Index rows, Index columns, const InputStatistics& activity);

  MacroSpec macro_;
  BlockShape shape_;
  Index cells_per_weight_ = 1;
  SquareMetres area_;
  Watts leakage_, weight_leakage_;
  PartFigures core_, tile_, chip_;
  std::vector<std::string> components_;
  InputStatistics activity_;
  std::deque<BlockFigures> blocks_;
};

}  // namespace ohm
