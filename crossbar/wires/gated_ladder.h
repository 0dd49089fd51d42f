// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/index.h"
#include "core/tensor.h"

namespace ohm {

/// Where the source lines of gated cells are connected to the read voltage.
enum class SourceFeed {
  near,  ///< before row 0, the end away from the sense amplifiers
  far,   ///< after the last row, beside the sense amplifiers
  both   ///< at both ends, through a driver each
};

/// Wires of a gated array whose source lines run parallel to its bitlines, Ohm.
struct GatedWires {
  double r_bitline = 0.0;     ///< one segment, between two rows
  double r_sense = 0.0;       ///< from the last row's segment end to the virtual ground
  double r_sourceline = 0.0;  ///< one segment, between two rows
  double r_driver = 0.0;      ///< from the read voltage to a fed end of a source line
  SourceFeed feed = SourceFeed::near;

  bool operator==(const GatedWires&) const = default;
};

/// Exact currents of gated 1T1R cells behind resistive bit and source lines, for many inputs.
///
/// Model: a row with x = 1 switches its cells on, so that a column is two ladders (source line and
/// bitline) joined by x_i G_ij; columns do not see each other. Each column is collapsed row by row
/// to an equivalent network of its last terminals. The equivalents are kept as the polynomials that
/// count weighted spanning trees and forests (Kirchhoff 1847), which grow by additions and
/// multiplications of positive numbers only: no division inside, no cancellation, a relative error
/// of a few roundings per row at any ratio of resistances, zero included. Rows at x = 0 only
/// lengthen the next segment, so the cost is that of the active rows. fp64, the order of every
/// operation fixed: the same bits for every SIMD width.
class GatedLadder {
 public:
  /// `g` (n_wordlines, n_bitlines) in S, finite and not negative; `idle_rows` more rows of wire,
  /// without cells of this matrix, lie between its last row and the sense amplifiers (and the far
  /// feed). Throws ArgumentError for an empty or invalid `g`, an invalid resistance, or where
  /// conductance x resistance x rows exceeds 2^60.
  GatedLadder(const Matrix<double>& g, const GatedWires& wires, Index idle_rows = 0);

  Index n_wordlines() const { return n_wordlines_; }
  Index n_bitlines() const { return n_bitlines_; }

  /// Bitline currents, A, (batch, n_bitlines) row-major into `currents`, of `x` (batch,
  /// n_wordlines) row-major, 0: off, anything else: on. Allocates nothing; calls from several
  /// threads are fine. Throws ArgumentError if the sizes do not agree.
  void currents(std::span<const std::uint8_t> x, double v_read, std::span<double> currents) const;

 private:
  Index n_wordlines_, n_bitlines_, idle_rows_;
  int exponent_;               ///< conductances are held in units of 2^exponent_ S
  GatedWires wires_;           ///< in units of 2^-exponent_ Ohm
  std::vector<double> cells_;  ///< panels of columns, each (n_wordlines, kPanel)
};

/// Refuses inputs that are not (batch, n_wordlines) of 0 and 1, and read voltages that are not
/// finite. Throws ArgumentError.
void check_gated_inputs(const Matrix<std::uint8_t>& x, Index n_wordlines, double v_read);

/// Bitline currents, A, (batch, n_bitlines), of gated cells `g` (n_wordlines, n_bitlines), S, at
/// inputs `x` (batch, n_wordlines) of 0 and 1 under the read voltage `v_read`, V, on up to
/// `threads` threads (0: all), which change no bit. Throws ArgumentError on anything invalid.
Matrix<double> gated_currents(const Matrix<double>& g, const Matrix<std::uint8_t>& x, double v_read,
                              const GatedWires& wires, int threads = 1);

}  // namespace ohm
