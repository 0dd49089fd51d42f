// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/partial.h"

#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "tests/repository.h"

namespace ohm {
namespace {

TEST(Partial, NoiseAloneLandsOnTheTargetAndKeepsTheNoiseOfTheKind) {
  for (const char* name : {"cmo_hfox_2pct", "sonos_40nm", "pcm_joshi", "wan_2022"}) {
    const auto cell = load_spec<DeviceSpec>("device", name, {{repository::configs()}, {}, true});
    const Siemens g = 0.5 * (cell.g_min + cell.g_max);
    const auto noise = noise_alone(cell), errors = errors_alone(cell);
    EXPECT_EQ(noise->programming_sigma(g, cell).si(), 0.0) << name;
    EXPECT_EQ(noise->landed(noise->landing(g, cell), 2.0), g.si()) << name;
    EXPECT_FALSE(noise->drifts());
    EXPECT_EQ(noise->white_noise(g, cell).si(), cell.model->white_noise(g, cell).si()) << name;
    EXPECT_EQ(noise->flicker_noise(g, cell).si(), cell.model->flicker_noise(g, cell).si()) << name;
    EXPECT_EQ(errors->white_noise(g, cell).si() + errors->flicker_noise(g, cell).si(), 0.0) << name;
    EXPECT_EQ(errors->landed(errors->landing(g, cell), 2.0),
              cell.model->landed(cell.model->landing(g, cell), 2.0))
        << name;
    EXPECT_EQ(errors->drifts(), cell.model->drifts()) << name;
  }
}

TEST(Partial, CopiesOfACellKeepWhatIsLeft) {
  auto cell = load_spec<DeviceSpec>("device", "cmo_hfox_2pct", {{repository::configs()}, {}, true});
  cell.model = noise_alone(cell);
  const DeviceSpec copy = cell;
  EXPECT_EQ(copy.model->programming_sigma(cell.g_max, copy).si(), 0.0);
  EXPECT_GT(copy.model->flicker_noise(cell.g_max, copy).si(), 0.0);
}

}  // namespace
}  // namespace ohm
