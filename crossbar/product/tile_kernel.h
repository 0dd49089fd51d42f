// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/product/dot_kernel.h"

namespace ohm {

/// Groups of kDotRows rows, and the rows, that one instruction on tiles multiplies.
inline constexpr Index kTileQuads = 16;
inline constexpr Index kTileRows = kTileQuads * kDotRows;

/// The same sums as add_dot_products(), 16 vectors by 64 rows by 16 columns in one instruction,
/// where has_int8_tiles(). Panels have a multiple of kTileQuads quads.
void add_tile_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out);

}  // namespace ohm
