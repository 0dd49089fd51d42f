// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "mapping/chip/partition.h"
#include "mapping/shape/shape_network.h"
#include "mapping/structure/bands.h"
#include "mapping/system/system_spec.h"

namespace ohm {

/// The chips on which a network lies in bands: those that there are, or as many as it takes.
struct BandChips {
  Index chips = 1, columns = 1, rows = 1;  ///< columns and rows: of the mesh of all their tiles
  SystemSpec system;                       ///< as large as it takes; none where the chip has none
};

/// Arrays of matrices that closed forms only count.
Index arrays_of(const std::vector<SkippedMatrices>& skipped, const BlockShape& shape);

/// Arrays and tiles of every layer, and of what stands before or behind all of them, on chips of
/// one kind of macro whose arrays hold `shape` weights.
std::vector<Band> bands_of(const ShapeNetwork& network, const ChipSpec& chip,
                           const BlockShape& shape);

/// What layout_of() says of a network on many chips, found once for those on which layers take the
/// same tiles.
class KnownBands {
 public:
  /// None: along the snake. One network for all calls. Throws what layout_of() throws.
  const std::optional<BandChips>& of(const ShapeNetwork& network, const ChipSpec& chip,
                                     const BlockShape& shape);

 private:
  std::map<std::vector<Index>, std::optional<BandChips>> known_;
};

}  // namespace ohm
