// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/chip.h"
#include "mapping/chip/map_network.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/shape/shape_times.h"
#include "tests/mapping/chip_builder.h"

namespace ohm::testing {

/// A network on one chip, mapped and in closed form.
struct BothWays {
  Mapping mapping;
  Request request;
  MacroFigures figures;
  ShapeNetwork layers;
  ShapeLayout layout;
  ShapeChips chips;

  BothWays(const TransformerSpec& spec, const ChipSpec& chip, const Workload& workload)
      : mapping(map_network(build_network(spec), chip)),
        request(resolve(spec, workload)),
        figures(chip),
        layers(shape_network(mapping.network,
                             [&](const StaticMatmul& m) { return in_crossbars(m, chip); })),
        layout(shape_layout(layers, mapping.chip.spec, figures,
                            {request.batch, assumed_statistics(chip.macro), {}})),
        chips{chip.mesh.columns, chip.mesh.rows, 1, 1, mapping.chip.link_length, {}} {}

  ShapeCase shape() const { return shape(request); }
  /// Of one of the passes of the request.
  ShapeCase shape(const Request& pass) const {
    return {layers, mapping.chip.spec, figures, layout, chips, pass};
  }
};

/// All tiles of the shipped chip, or one that holds everything; buffers keep what they can.
inline ChipSpec one_or_many(Index macros_per_tile) {
  ChipSpec chip = shipped_chip();
  chip.macro.array.n_wordlines = chip.macro.array.rows_active = 32;
  chip.macro.array.n_bitlines = 64;
  chip.macros_per_tile = macros_per_tile;
  if (macros_per_tile > 1000) chip.mesh = {1, 1};
  chip.buffer.kv_share = 0.3;
  chip.buffer.capacity = Bytes(4096.0);
  return chip;
}

}  // namespace ohm::testing
