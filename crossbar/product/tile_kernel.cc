// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/tile_kernel.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)

#include <immintrin.h>

// Highway has no tiles: the instructions are named here, and taken where oneDNN reports them.
#define OHM_TILES __attribute__((target("amx-tile,amx-int8,avx512f")))

namespace ohm {
namespace {

constexpr Index kTileVectors = 16;          // of one tile
constexpr Index kBlock = 2 * kTileVectors;  // vectors at once: two tiles by two are four products
constexpr Index kMostColumnTiles = 4;       // of one panel: runs · digits
constexpr Index kTileBytes = 64;            // of one row of a tile
constexpr Index kSums = kDotColumns;        // of one row of a tile

/// What LDTILECFG reads: shapes of the eight tiles.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// Sums of a block with one tile of columns, and with some of them.
using TileSums = std::uint32_t[kBlock][kSums];
struct alignas(64) BlockSums {
  TileSums values[kMostColumnTiles];
};

/// Tiles 0 and 1: sums of the first 16 vectors with two tiles of columns; 2 and 3: of the others;
/// 4 and 5: the vectors; 6 and 7: the columns.
OHM_TILES void shape_tiles(Index n_vectors) {
  TileShapes shapes;
  const auto upper = static_cast<std::uint8_t>(std::min(n_vectors, kTileVectors));
  const auto lower = static_cast<std::uint8_t>(std::max<Index>(n_vectors - kTileVectors, 1));
  const std::uint8_t rows[8] = {upper, upper, lower, lower, upper, lower, 16, 16};
  for (size_t k = 0; k < 8; ++k) {
    shapes.row_bytes[k] = static_cast<std::uint16_t>(kTileBytes);
    shapes.rows[k] = rows[k];
  }
  asm volatile("" ::"m"(shapes));  // all of it is read
  _tile_loadconfig(&shapes);
}

/// Up to 32 vectors with the tiles of columns `left` and `left + 1`.
template <bool kTwoTilesOfVectors, bool kTwoTilesOfColumns>
OHM_TILES void multiply_tiles(const DotVectors& x, const DotPanel& panel, Index left,
                              TileSums* sums) {
  const Index quad = quad_bytes(panel.n_digits);
  const std::uint8_t* upper = x.bytes;
  const std::uint8_t* lower = upper + kTileVectors * x.stride;
  const std::int8_t* digits = panel.bytes + left * kDotBytes;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (Index done = 0; done < panel.n_quads; done += kTileQuads) {
    _tile_loadd(4, upper, x.stride);
    _tile_loadd(6, digits, quad);
    _tile_dpbusd(0, 4, 6);
    if constexpr (kTwoTilesOfColumns) {
      _tile_loadd(7, digits + kDotBytes, quad);
      _tile_dpbusd(1, 4, 7);
    }
    if constexpr (kTwoTilesOfVectors) {
      _tile_loadd(5, lower, x.stride);
      _tile_dpbusd(2, 5, 6);
      if constexpr (kTwoTilesOfColumns) _tile_dpbusd(3, 5, 7);
    }
    upper += kTileRows, lower += kTileRows, digits += kTileQuads * quad;
  }
  _tile_stored(0, sums[0], kTileBytes);
  if constexpr (kTwoTilesOfColumns) _tile_stored(1, sums[1], kTileBytes);
  if constexpr (kTwoTilesOfVectors) {
    _tile_stored(2, sums[0][kTileVectors], kTileBytes);
    if constexpr (kTwoTilesOfColumns) _tile_stored(3, sums[1][kTileVectors], kTileBytes);
  }
}

/// Whole runs of columns that are multiplied at once, a pair of tiles where digits allow it.
constexpr Index runs_at_once(Index n_digits) {
  return n_digits == 1 ? 2 : 1;
}

/// The tiles of columns from `left` on that make such runs.
template <bool kTwoTilesOfVectors>
OHM_TILES void multiply_block(const DotVectors& x, const DotPanel& panel, Index left,
                              BlockSums& sums) {
  const Index n = runs_at_once(panel.n_digits) * panel.n_digits;
  Index k = 0;
  for (; k + 2 <= n; k += 2) {
    multiply_tiles<kTwoTilesOfVectors, true>(x, panel, left + k, &sums.values[k]);
  }
  if (k < n) multiply_tiles<kTwoTilesOfVectors, false>(x, panel, left + k, &sums.values[k]);
}

/// The sums of one vector and one run.
using RunSums = std::uint32_t __attribute__((vector_size(kTileBytes)));

OHM_TILES inline RunSums load_run(const void* from) {
  RunSums run;
  std::memcpy(&run, from, sizeof run);
  return run;
}

/// `sums` and what they are added to, DotOutput::before() of one vector and of one run.
OHM_TILES inline RunSums add_before(RunSums sums, const DotOutput& out) {
  if (out.shift > 0) return (sums << out.shift) + load_run(out.sums);
  if (out.of_columns != nullptr) sums += load_run(out.of_columns);
  if (out.of_vectors != nullptr) sums += static_cast<std::uint32_t>(*out.of_vectors);
  return sums;
}

/// Joins the digits of each sum and writes them.
template <Index kDigits>
OHM_TILES void write_sums(const BlockSums& sums, Index n_vectors, const DotOutput& out) {
  for (Index v = 0; v < n_vectors; ++v) {
    for (Index run = 0; run < runs_at_once(kDigits); ++run) {
      RunSums total = {};
      for (Index d = kDigits; d-- > 0;) {
        total = (total << 8) + load_run(sums.values[run * kDigits + d][v]);
      }
      const DotOutput here = out.from(v, run * kSums);
      total = add_before(total, here);
      std::memcpy(here.sums, &total, sizeof total);
    }
  }
}

OHM_TILES void write_block(const BlockSums& sums, Index n_digits, Index n_vectors,
                           const DotOutput& out) {
  switch (n_digits) {
    case 1:
      return write_sums<1>(sums, n_vectors, out);
    case 2:
      return write_sums<2>(sums, n_vectors, out);
    case 3:
      return write_sums<3>(sums, n_vectors, out);
    default:
      return write_sums<kMostDotDigits>(sums, n_vectors, out);
  }
}

}  // namespace

OHM_TILES void add_tile_products(const DotVectors& vectors, const DotPanel& panel,
                                 const DotOutput& out) {
  if (vectors.count == 0) return;
  BlockSums sums;
  asm volatile("" ::: "memory");  // the instructions on tiles do not tell what they read
  const Index runs = runs_at_once(panel.n_digits);
  Index shaped = 0;
  for (Index run = 0; run < panel_runs(panel.n_digits); run += runs) {
    for (Index first = 0; first < vectors.count; first += kBlock) {
      const Index n = std::min(kBlock, vectors.count - first);
      const DotVectors block{vectors.bytes + first * vectors.stride, n, vectors.stride};
      if (n != shaped) shape_tiles(n);
      shaped = n;
      n > kTileVectors ? multiply_block<true>(block, panel, run * panel.n_digits, sums)
                       : multiply_block<false>(block, panel, run * panel.n_digits, sums);
      write_block(sums, panel.n_digits, n, out.from(first, run * kSums));
    }
  }
  _tile_release();
}

}  // namespace ohm

#else

namespace ohm {

void add_tile_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out) {
  add_dot_products(vectors, panel, out);
}

}  // namespace ohm

#endif  // __x86_64__
