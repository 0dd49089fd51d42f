// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/tile_wires.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

const Metres kSide(1e-3);

TEST(TileWires, EnergyIsHalfCVSquaredPerTransition) {
  WireSpec wire;
  wire.c_wire = FaradsPerMetre(0.2e-9);
  wire.repeaters = 0.0;
  EXPECT_NEAR(wire_energy(wire).si() / 8, 72.25e-12, 1e-17);  // J per bit and metre at 0.85 V
  wire.transitions = 0.5;
  wire.repeaters = 1.0;
  EXPECT_NEAR(wire_energy(wire).si() / 8, 72.25e-12, 1e-17);
}

TEST(TileWires, LengthsAreThoseOfTheDrawing) {
  EXPECT_DOUBLE_EQ(tile_wire_length("htree", 1, kSide).si(), 0.5e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("htree", 4, kSide).si(), 1.0e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("htree", 16, kSide).si(), 1.25e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("htree", 17, kSide).si(), 1.375e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("bus", 1, kSide).si(), 2e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("bus", 96, kSide).si(), 11e-3);
  EXPECT_DOUBLE_EQ(tile_wire_length("none", 96, kSide).si(), 0.0);
}

TEST(TileWires, ATreeSwitchesLessWireThanABus) {
  for (Index macros = 1; macros < 500; ++macros) {
    EXPECT_LT(tile_wire_length("htree", macros, kSide), tile_wire_length("bus", macros, kSide));
    EXPECT_LT(tile_wire_length("htree", macros, kSide), 1.5 * kSide);
  }
}

TEST(TileWires, EnergyPerByteIsThatOfTheLinksTimesTheLength) {
  NocSpec noc;
  noc.link_energy = JoulesPerByteMetre(640e-12);
  EXPECT_EQ(tile_wire_energy(noc, 4, kSide).si(), 0.0);
  noc.tile_wires = "htree";
  EXPECT_DOUBLE_EQ(tile_wire_energy(noc, 4, kSide).si(), 0.64e-12);
}

TEST(TileWires, RefusesWhatIsNoWiring) {
  EXPECT_THROW(tile_wire_length("ring", 4, kSide), ArgumentError);
  EXPECT_THROW(tile_wire_length("bus", 0, kSide), ArgumentError);
}

}  // namespace
}  // namespace ohm
