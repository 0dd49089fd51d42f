// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "crossbar/purpose.h"

namespace ohm {

/// The random numbers that belong to a run of cells for life: one per cell and purpose, so that the
/// same chip can be looked at after an hour and after a year.
///
/// Cell j of a run draws from elements j, j + 2^24, j + 2 · 2^24, … of the sequence of a purpose;
/// `repetition` chooses among them. A run holds at most 2^24 cells.
struct CellDraws {
  std::uint32_t seed = 0;
  std::uint32_t chip = 0;
  Counter counter;

  /// Standard normals, one per cell. Throws ArgumentError for more than 2^24 cells, or for a
  /// repetition outside [0, 1024).
  void normals(Purpose purpose, std::span<float> out, Index repetition = 0) const;

  /// Uniforms in (0, 1), one per cell; throws like normals().
  void uniforms(Purpose purpose, std::span<float> out, Index repetition = 0) const;

  /// The 16 cells of a group side by side where a purpose needs many numbers of each: element 16 k
  /// + i of `out` is standard normal first + k, of the 1024 that it owns, of cell 16 · group + i. A
  /// purpose uses either this or normals(). Throws ArgumentError outside of these.
  void normals_of_group(Purpose purpose, Index group, Index first, std::span<float> out) const;

  static constexpr Index kGroup = 16;       ///< cells of a group
  static constexpr Index kDraws = 1024;     ///< numbers of a cell and purpose
  static constexpr Index kCells = 1 << 24;  ///< cells of a run
};

}  // namespace ohm
