// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/spice_deck.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/device/current_voltage.h"
#include "crossbar/read/verified_cell.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/gated_ladder.h"
#include "crossbar/wires/gated_row_line.h"
#include "crossbar/wires/nonlinear.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::HasSubstr;
using testing::Not;
using Inputs = Matrix<std::uint8_t>;

constexpr double kAgreement = 1e-9;

Matrix<double> cells(Index rows, Index cols, double low, double high, std::uint32_t seed) {
  Matrix<double> g(rows, cols);
  for (Index k = 0; k < g.size(); ++k) {
    g.values[static_cast<size_t>(k)] = low * std::pow(high / low, uniform_at({seed, 0, 7}, {}, k));
  }
  return g;
}

Matrix<double> voltages(Index rows, std::uint32_t seed) {
  Matrix<double> v(1, rows);
  for (Index i = 0; i < rows; ++i) v(0, i) = 0.05 + 0.25 * uniform_at({seed, 2, 7}, {}, i);
  return v;
}

Inputs inputs(Index rows, std::uint32_t seed) {
  Inputs x(1, rows);
  for (Index i = 0; i < rows; ++i) x(0, i) = uniform_at({seed, 1, 7}, {}, i) < 0.6 ? 1 : 0;
  x(0, rows / 2) = 1;
  return x;
}

/// What `ngspice -b` prints for every bitline of a deck, A.
std::vector<double> spice(const std::string& deck, Index n_bitlines) {
  const TemporaryFolder folder;
  const auto file = folder.write("array.cir", deck), printed = folder.path() / "printed";
  const std::string command =
      fmt::format("ngspice -b '{}' > '{}' 2>&1", file.string(), printed.string());
  const int status = std::system(command.c_str());
  const std::string text = read_all(printed);
  EXPECT_EQ(status, 0) << "ngspice, which the tests need, failed:\n" << text;
  std::vector<double> currents;
  for (Index j = 0; j < n_bitlines; ++j) {
    const std::string key = fmt::format("i(vout{}) = ", j);
    const auto found = text.find(key);
    currents.push_back(found == std::string::npos
                           ? std::nan("")
                           : std::strtod(&text[found + key.size()], nullptr));
  }
  return currents;
}

/// The largest relative difference between a row of currents and what ngspice found.
double disagreement(std::span<const double> ours, const std::vector<double>& theirs) {
  double most = 0.0;
  for (size_t j = 0; j < ours.size(); ++j) {
    const double difference = std::abs(ours[j] / theirs[j] - 1.0);
    if (!(difference <= most)) most = difference;
  }
  return most;
}

/// A driven array as a second author would write it: numbered nodes, conductances, one resistor per
/// wire; none may be 0.
std::string plain_deck(const Matrix<double>& g, const WireResistances& wires,
                       std::span<const double> v) {
  std::string text = "plain\n.options gmin=1e-30 reltol=1e-12 abstol=1e-30 vntol=1e-18\n";
  const Index cells = g.rows * g.cols;
  const auto wordline = [&](Index i, Index j) { return 1 + i * g.cols + j; };
  const auto bitline = [&](Index i, Index j) { return 1 + cells + i * g.cols + j; };
  for (Index i = 0; i < g.rows; ++i) {
    const Index source = 1 + 2 * cells + i;
    text += fmt::format("V{0} {1} 0 {2:.17g}\nRd{0} {1} {3} {4:.17g}\n", i, source,
                        v[static_cast<size_t>(i)], wordline(i, 0), wires.r_driver);
    for (Index j = 0; j < g.cols; ++j) {
      text += fmt::format("Gc{0}x{1} {2} {3} {2} {3} {4:.17g}\n", i, j, wordline(i, j),
                          bitline(i, j), g(i, j));
      if (j > 0)
        text += fmt::format("Rw{}x{} {} {} {:.17g}\n", i, j, wordline(i, j - 1), wordline(i, j),
                            wires.r_wordline);
      if (i > 0)
        text += fmt::format("Rb{}x{} {} {} {:.17g}\n", i, j, bitline(i - 1, j), bitline(i, j),
                            wires.r_bitline);
    }
  }
  for (Index j = 0; j < g.cols; ++j) {
    text += fmt::format("Vout{0} t{0} 0 0\nRs{0} {1} t{0} {2:.17g}\n", j, bitline(g.rows - 1, j),
                        wires.r_sense);
  }
  text += ".control\nset numdgt=15\nop\n";
  for (Index j = 0; j < g.cols; ++j) text += fmt::format("print i(vout{})\n", j);
  return text + "quit\n.endc\n.end\n";
}

TEST(SpiceDeck, FindsTheCurrentOfOneCell) {
  const Matrix<double> g(1, 1, 100e-6);
  const double v = 0.2;
  const auto found = spice(driven_deck(g, {1.0, 1.0, 50.0, 20.0}, std::span(&v, 1)), 1);
  EXPECT_NEAR(found[0], 0.2 / 10070.0, 1e-15);
}

TEST(SpiceDeck, ConfirmsDrivenArrays) {
  const WireResistances wires{2.0, 3.0, 10.0, 7.0};
  for (const auto& [rows, cols] : {std::pair<Index, Index>{2, 2}, {5, 9}, {24, 24}}) {
    const Matrix<double> g = cells(rows, cols, 1e-6, 1e-4, 1), v = voltages(rows, 2);
    const Matrix<double> ours = driven_currents(g, wires, v);
    EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0)), cols)), kAgreement);
  }
}

TEST(SpiceDeck, AgreesWithADeckThatASecondAuthorWrote) {
  const Matrix<double> g = cells(7, 6, 1e-6, 1e-4, 3), v = voltages(7, 4);
  const WireResistances wires{2.0, 3.0, 10.0, 7.0};
  const auto exported = spice(driven_deck(g, wires, v.row(0)), 6);
  EXPECT_LT(disagreement(exported, spice(plain_deck(g, wires, v.row(0)), 6)), 1e-9);
  const Matrix<double> ours = driven_currents(g, wires, v);
  EXPECT_LT(disagreement(ours.row(0), exported), kAgreement);
}

TEST(SpiceDeck, ConfirmsDriversAndSensesAtBothEnds) {
  const Matrix<double> g = cells(8, 11, 1e-6, 1e-4, 5), v = voltages(8, 6);
  for (const double r_end : {0.0, 25.0}) {
    for (const int ends : {1, 2, 3}) {
      const WireResistances wires{5.0, 4.0, r_end, r_end, (ends & 1) != 0, (ends & 2) != 0};
      const Matrix<double> ours = driven_currents(g, wires, v);
      EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0)), 11)), kAgreement);
    }
  }
}

TEST(SpiceDeck, ConfirmsExtremeConductances) {
  const WireResistances wires{10.0, 10.0, 100.0, 100.0};
  const Matrix<double> g = cells(16, 16, 1e-9, 1e-3, 7), v = voltages(16, 8);
  const Matrix<double> ours = driven_currents(g, wires, v);
  EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0)), 16)), kAgreement);
  Inputs x = inputs(16, 9);
  const Matrix<double> gated = gated_currents(g, x, 0.2, {10.0, 100.0, 10.0, 100.0});
  const auto deck = gated_deck(g, {10.0, 100.0, 10.0, 100.0}, x.row(0), 0.2);
  EXPECT_LT(disagreement(gated.row(0), spice(deck, 16)), kAgreement);
}

TEST(SpiceDeck, ConfirmsIdealWires) {
  const Matrix<double> g = cells(5, 4, 1e-6, 1e-4, 10), v = voltages(5, 11);
  const auto found = spice(driven_deck(g, {}, v.row(0)), 4);
  for (Index j = 0; j < 4; ++j) {
    double sum = 0.0;
    for (Index i = 0; i < 5; ++i) sum += v(0, i) * g(i, j);
    EXPECT_NEAR(found[static_cast<size_t>(j)], sum, 1e-12 * sum);
  }
}

TEST(SpiceDeck, ConfirmsGatedArraysForEveryFeed) {
  const Matrix<double> g = cells(24, 7, 1e-6, 1e-4, 12);
  const Inputs x = inputs(24, 13);
  for (const SourceFeed feed : {SourceFeed::near, SourceFeed::far, SourceFeed::both}) {
    for (const double r_sourceline : {0.0, 6.0}) {
      const GatedWires wires{8.0, 30.0, r_sourceline, 20.0, feed};
      const Matrix<double> ours = gated_currents(g, x, 0.2, wires);
      EXPECT_LT(disagreement(ours.row(0), spice(gated_deck(g, wires, x.row(0), 0.2), 7)), 1e-9);
    }
  }
}

/// A gated array as a second author would write it, a column at a time; no wire may be 0.
std::string plain_gated_deck(const Matrix<double>& g, const GatedWires& wires,
                             std::span<const std::uint8_t> x, double v_read) {
  std::string text = "plain\n.options gmin=1e-30 reltol=1e-12 abstol=1e-30 vntol=1e-18\n";
  text += fmt::format("Vr r 0 {:.17g}\n", v_read);
  const Index last = g.rows - 1;
  for (Index j = 0; j < g.cols; ++j) {
    if (wires.feed != SourceFeed::far)
      text += fmt::format("Rn{0} r p0x{0} {1}\n", j, wires.r_driver);
    if (wires.feed != SourceFeed::near)
      text += fmt::format("Rf{0} r p{2}x{0} {1}\n", j, wires.r_driver, last);
    for (Index i = 0; i < g.rows; ++i) {
      if (x[static_cast<size_t>(i)] != 0)
        text +=
            fmt::format("Gc{0}x{1} p{0}x{1} q{0}x{1} p{0}x{1} q{0}x{1} {2:.17g}\n", i, j, g(i, j));
      if (i == last) continue;
      text += fmt::format("Rp{0}x{1} p{0}x{1} p{2}x{1} {3}\n", i, j, i + 1, wires.r_sourceline);
      text += fmt::format("Rq{0}x{1} q{0}x{1} q{2}x{1} {3}\n", i, j, i + 1, wires.r_bitline);
    }
    text += fmt::format("Rs{0} q{1}x{0} t{0} {2}\nVout{0} t{0} 0 0\n", j, last, wires.r_sense);
  }
  text += ".control\nset numdgt=15\nop\n";
  for (Index j = 0; j < g.cols; ++j) text += fmt::format("print i(vout{})\n", j);
  return text + "quit\n.endc\n.end\n";
}

TEST(SpiceDeck, AgreesWithAGatedDeckThatASecondAuthorWrote) {
  const Matrix<double> g = cells(7, 3, 1e-6, 1e-4, 22);
  const Inputs x = inputs(7, 23);
  for (const SourceFeed feed : {SourceFeed::near, SourceFeed::far, SourceFeed::both}) {
    const GatedWires wires{8.0, 30.0, 6.0, 20.0, feed};
    const auto theirs = spice(plain_gated_deck(g, wires, x.row(0), 0.2), 3);
    EXPECT_LT(disagreement(spice(gated_deck(g, wires, x.row(0), 0.2), 3), theirs), 1e-9);
    EXPECT_LT(disagreement(gated_currents(g, x, 0.2, wires).row(0), theirs), 1e-9);
  }
}

TEST(SpiceDeck, ConfirmsSixtyFourGatedRowsAndColumns) {
  const Matrix<double> g = cells(64, 64, 1e-6, 1e-4, 14);
  const Inputs x = inputs(64, 15);
  const GatedWires wires{2.0, 10.0, 2.0, 50.0, SourceFeed::near};
  const Matrix<double> ours = gated_currents(g, x, 0.2, wires);
  EXPECT_LT(disagreement(ours.row(0), spice(gated_deck(g, wires, x.row(0), 0.2), 64)), 1e-9);
}

TEST(SpiceDeck, ConfirmsSixtyFourDrivenRowsAndColumns) {
  const WireResistances wires{2.0, 3.0, 10.0, 7.0};
  const Matrix<double> g = cells(64, 64, 1e-6, 1e-4, 16), v = voltages(64, 17);
  const Matrix<double> ours = driven_currents(g, wires, v);
  EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0)), 64)), kAgreement);
}

TEST(SpiceDeck, ConfirmsSourceLinesAlongWordlines) {
  const Matrix<double> g = cells(14, 18, 1e-6, 1e-4, 18);
  const Inputs x = inputs(14, 19);
  const RowLineWires wires{4.0, 20.0, 5.0, 30.0};
  const Matrix<double> ours = gated_row_line_currents(g, x, 0.2, wires, 1e-10);
  EXPECT_LT(disagreement(ours.row(0), spice(gated_row_line_deck(g, wires, x.row(0), 0.2), 18)),
            kAgreement);
}

TEST(SpiceDeck, ComputesSinhAndPolynomialCells) {
  const double v = 0.3;
  const Matrix<double> g(1, 1, 1e-4);
  const auto sinh = spice(driven_deck(g, {}, std::span(&v, 1), {.v0 = 0.25}), 1);
  EXPECT_NEAR(sinh[0], 1e-4 * 0.25 * std::sinh(0.3 / 0.25), 1e-16);
  SpiceCurve curve;
  curve.a2 = Matrix<double>(1, 1, -2e-5);
  curve.a3 = Matrix<double>(1, 1, 3e-5);
  const auto cubic = spice(driven_deck(g, {}, std::span(&v, 1), curve), 1);
  EXPECT_NEAR(cubic[0], 1e-4 * 0.3 - 2e-5 * 0.09 + 3e-5 * 0.027, 1e-16);
}

TEST(SpiceDeck, ConfirmsDrivenArraysOfNonlinearCells) {
  const WireResistances wires{20.0, 30.0, 100.0, 70.0};
  for (const auto& [rows, cols] : {std::pair<Index, Index>{2, 2}, {16, 20}}) {
    const Matrix<double> g = cells(rows, cols, 1e-6, 1e-4, 20), v = voltages(rows, 21);
    const Matrix<double> ours = nonlinear_currents(g, wires, v, SinhCell(0.1));
    const auto deck = driven_deck(g, wires, v.row(0), {.v0 = 0.1});
    EXPECT_LT(disagreement(ours.row(0), spice(deck, cols)), kAgreement);
  }
}

TEST(SpiceDeck, ConfirmsDrivenArraysOfMilosCells) {
  IvSpec milo;
  milo.model = "milo_2021";
  for (const WireResistances& wires :
       {WireResistances{20.0, 30.0, 100.0, 70.0}, {1e4, 1e4, 1e4, 1e4}}) {
    const Matrix<double> g = cells(8, 6, 50e-6, 225e-6, 22);
    Matrix<double> v = voltages(8, 23);
    for (double& volts : v.values) volts = std::clamp(volts, -0.25, 0.25);
    SpiceCurve curve{.v0 = 0.0, .a2 = g, .a3 = g};
    for (size_t k = 0; k < g.values.size(); ++k) {
      const CubicTerms terms = milo_terms(Siemens(g.values[k]));
      curve.a2.values[k] = terms.square;
      curve.a3.values[k] = terms.cube;
    }
    const Matrix<double> ours = nonlinear_currents(g, wires, v, VerifiedCell(milo));
    EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0), curve), 6)),
              kAgreement);
  }
}

TEST(SpiceDeck, ConfirmsSteepCells) {
  const WireResistances wires{10.0, 10.0, 10.0, 10.0};
  const Matrix<double> g = cells(5, 4, 1e-6, 1e-4, 24), v = voltages(5, 25);
  const Matrix<double> ours = nonlinear_currents(g, wires, v, SinhCell(0.03));
  EXPECT_LT(disagreement(ours.row(0), spice(driven_deck(g, wires, v.row(0), {.v0 = 0.03}), 4)),
            kAgreement);
}

TEST(SpiceDeck, LeavesOutOpenCellsAndRowsThatAreOff) {
  Matrix<double> g(2, 2, 1e-5);
  g(0, 1) = 0.0;
  const std::vector<std::uint8_t> x{1, 0};
  const std::string deck = gated_deck(g, {1.0, 1.0, 1.0, 1.0}, x, 0.2);
  EXPECT_THAT(deck, HasSubstr("s0_0 b0_0 "));
  EXPECT_THAT(deck, Not(HasSubstr("s0_1 b0_1 ")));
  EXPECT_THAT(deck, Not(HasSubstr("s1_0 b1_0 ")));
  const auto found = spice(deck, 2);
  EXPECT_NEAR(found[1], 0.0, 1e-25);
}

TEST(SpiceDeck, RefusesWhatIsNoArray) {
  const Matrix<double> g(2, 2, 1e-5);
  const std::vector<double> v{0.1, 0.2}, longer(3);
  const std::vector<std::uint8_t> x{1, 0}, wrong{1, 2};
  EXPECT_THROW(driven_deck(Matrix<double>(0, 2), {}, {}), ArgumentError);
  EXPECT_THROW(driven_deck(Matrix<double>(2, 2, -1.0), {}, v), ArgumentError);
  EXPECT_THROW(driven_deck(g, {-1.0}, v), ArgumentError);
  EXPECT_THROW(driven_deck(g, {}, longer), ArgumentError);
  EXPECT_THROW(driven_deck(g, {}, v, {.v0 = std::nan("")}), ArgumentError);
  SpiceCurve curve;
  curve.a2 = Matrix<double>(1, 2, 0.1);
  EXPECT_THROW(driven_deck(g, {}, v, curve), ArgumentError);
  curve.a2 = Matrix<double>(2, 2, std::numeric_limits<double>::infinity());
  EXPECT_THROW(driven_deck(g, {}, v, curve), ArgumentError);
  EXPECT_THROW(gated_deck(g, {}, wrong, 0.2), ArgumentError);
  EXPECT_THROW(gated_deck(g, {}, x, std::nan("")), ArgumentError);
  EXPECT_THROW(gated_row_line_deck(g, {}, wrong, 0.2), ArgumentError);
  EXPECT_THROW(gated_row_line_deck(g, {0.0, 0.0, -1.0, 0.0}, x, 0.2), ArgumentError);
}

}  // namespace
}  // namespace ohm
