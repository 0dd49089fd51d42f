// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/noc_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "tests/repository.h"

namespace ohm {
namespace {

NocSpec parsed(const std::string& text) {
  return parse_spec<NocSpec>(
      "flit_bits: 256\nclock: 1 GHz\nrouter_energy: 0.1 pJ/bit\n"
      "router_area: 0.1 mm2\n" +
          text,
      "noc.yaml", {});
}

TEST(NocSpec, LinkEnergyIsStatedOrFollowsFromTheWire) {
  EXPECT_DOUBLE_EQ(parsed("link_energy: 80 pJ/bit/m\n").link_energy.si(), 640e-12);
  const NocSpec derived = parsed("wire: {c_wire: 0.2 fF/um, vdd: 0.85 V}\ntile_wires: htree\n");
  EXPECT_NEAR(derived.link_energy.si() / 8, 1.11 * 72.25e-12, 1e-17);
  EXPECT_EQ(derived.tile_wires, "htree");
}

TEST(NocSpec, ShippedTreeCostsItsWiresByCapacitance) {
  const auto noc = load_spec<NocSpec>("component", "noc_htree_22nm", {{repository::configs()}, {}});
  EXPECT_NEAR(noc.link_energy.si() / 8, 0.5 * 1.5 * 72.25e-12, 1e-17);
  EXPECT_EQ(noc.tile_wires, "htree");
}

TEST(NocSpec, RefusesNeitherAndBothAndUnknownWiring) {
  EXPECT_THROW(parsed(""), ConfigError);
  EXPECT_THROW(parsed("link_energy: 80 pJ/bit/m\nwire: {c_wire: 0.2 fF/um}\n"), ConfigError);
  EXPECT_THROW(parsed("link_energy: 80 pJ/bit/m\ntile_wires: ring\n"), ConfigError);
}

TEST(NocSpec, SurvivesWritingAndReadingBack) {
  const NocSpec noc = parsed("wire: {c_wire: 0.2 fF/um, vdd: 0.85 V}\ntile_wires: bus\n");
  const std::string text = to_yaml(resolved(noc, ConfigWriter::Quantities::text));
  EXPECT_EQ(parse_spec<NocSpec>(text, "resolved", {}).link_energy, noc.link_energy);
}

}  // namespace
}  // namespace ohm
