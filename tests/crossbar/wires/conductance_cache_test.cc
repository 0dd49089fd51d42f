// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/conductance_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/error.h"
#include "crossbar/wires/elimination.h"
#include "tests/core/temporary_folder.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

const WireResistances kWires{1.0, 2.0, 3.0, 4.0};

TEST(ConductanceCache, GivesTheSolversBitsBeforeAndAfterItKeepsThem) {
  const TemporaryFolder folder;
  const Matrix<double> g = random_cells(5, 7, 1e-6, 1e-4), exact = effective_conductance(g, kWires);
  const auto nested = folder.path() / "made" / "on demand";
  EXPECT_EQ(cached_effective_conductance(nested, g, kWires), exact);
  EXPECT_TRUE(std::filesystem::exists(conductance_cache_file(nested, g, kWires)));
  EXPECT_EQ(cached_effective_conductance(nested, g, kWires), exact);
}

TEST(ConductanceCache, ReadsWhatItKeptInsteadOfSolving) {
  const TemporaryFolder folder;
  const Matrix<double> g = random_cells(5, 7, 1e-6, 1e-4);
  cached_effective_conductance(folder.path(), g, kWires);
  const auto file = conductance_cache_file(folder.path(), g, kWires);
  const auto written = std::filesystem::last_write_time(file);
  cached_effective_conductance(folder.path(), g, kWires);
  EXPECT_EQ(std::filesystem::last_write_time(file), written);
}

TEST(ConductanceCache, EveryPartOfTheNetworkIsPartOfTheName) {
  const Matrix<double> g = random_cells(5, 7, 1e-6, 1e-4);
  Matrix<double> other = g, reshaped(7, 5);
  other(4, 6) *= 1.0 + 1e-15;
  reshaped.values = g.values;
  std::set<std::filesystem::path> names;
  for (const auto& cells : {g, other, reshaped}) {
    for (const WireResistances& wires :
         {kWires, WireResistances{2.0, 1.0, 3.0, 4.0}, WireResistances{1.0, 2.0, 3.0, 4.0, true},
          WireResistances{1.0, 2.0, 3.0, 4.0, false, true}}) {
      names.insert(conductance_cache_file("", cells, wires));
    }
  }
  EXPECT_EQ(names.size(), 12U);
}

TEST(ConductanceCache, NeverTrustsATruncatedDamagedOrForeignFile) {
  const TemporaryFolder folder;
  const Matrix<double> g = random_cells(5, 7, 1e-6, 1e-4);
  const Matrix<double> exact = cached_effective_conductance(folder.path(), g, kWires);
  const auto file = conductance_cache_file(folder.path(), g, kWires);
  const std::string whole = read_all(file), name = file.filename().string();
  for (size_t at = 0; at < whole.size(); at += 19) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    folder.write(name, damaged);
    EXPECT_EQ(cached_effective_conductance(folder.path(), g, kWires), exact) << at;
    EXPECT_EQ(read_all(file), whole) << at;
  }
  for (const std::string& foreign :
       {std::string(), whole.substr(0, 30), whole.substr(0, whole.size() - 1), whole + "x"}) {
    folder.write(name, foreign);
    EXPECT_EQ(cached_effective_conductance(folder.path(), g, kWires), exact);
    EXPECT_EQ(read_all(file), whole);
  }
}

TEST(ConductanceCache, AFileOfAnotherNetworkUnderThisNameIsForeign) {
  const TemporaryFolder folder;
  const Matrix<double> g = random_cells(5, 7, 1e-6, 1e-4),
                       other = random_cells(5, 7, 1e-6, 1e-4, 9);
  const Matrix<double> exact = cached_effective_conductance(folder.path(), g, kWires);
  cached_effective_conductance(folder.path(), other, kWires);
  const auto file = conductance_cache_file(folder.path(), g, kWires);
  std::filesystem::copy_file(conductance_cache_file(folder.path(), other, kWires), file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(cached_effective_conductance(folder.path(), g, kWires), exact);
}

TEST(ConductanceCache, SaysWhenItsFolderCannotBeMade) {
  const TemporaryFolder folder;
  const auto file = folder.write("file", "");
  EXPECT_THROW(cached_effective_conductance(file / "below", Matrix<double>(1, 1, 1e-4), kWires),
               ConfigError);
}

TEST(ConductanceCache, RefusesAnImpossibleNetworkBeforeLooking) {
  const TemporaryFolder folder;
  EXPECT_THROW(cached_effective_conductance(folder.path(), Matrix<double>(1, 1, -1.0), kWires),
               ArgumentError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace ohm
