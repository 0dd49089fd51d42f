// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_layer_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kS = "sliding_attention", kF = "full_attention";

TransformerSpec with(const std::string& text, std::vector<std::string> types) {
  const JsonKeys file(text, "config.json");
  const HfKeyTable keys{{"sliding_window", {"sliding_window"}}};
  TransformerSpec spec;
  set_layer_types(HfReader(file, keys), std::move(types), spec);
  return spec;
}

TEST(HfLayerTypes, FollowTheKeysOfTheFamilies) {
  EXPECT_THAT(sliding_behind(2, 4), ElementsAre(kF, kF, kS, kS));
  EXPECT_THAT(sliding_behind(9, 2), ElementsAre(kF, kF));
  EXPECT_THAT(full_every(2, 5), ElementsAre(kS, kF, kS, kF, kS));
  EXPECT_THAT(full_every(3, 4), ElementsAre(kS, kS, kF, kS));
  EXPECT_THAT(full_every(1, 2), ElementsAre(kF, kF));
}

TEST(HfLayerTypes, AreKeptAsTheShortestPattern) {
  const TransformerSpec spec = with(R"({"sliding_window": 8})", {kS, kF, kS, kF, kS});
  EXPECT_THAT(spec.layer_types, ElementsAre(kS, kF));
  EXPECT_EQ(spec.sliding_window, 8);
  EXPECT_EQ(spec.window_of(4), 8);
  EXPECT_EQ(spec.window_of(3), 0);
  EXPECT_THAT(with(R"({"sliding_window": 8})", {kF, kS, kS}).layer_types, ElementsAre(kF, kS, kS));
}

TEST(HfLayerTypes, OfLayersThatAreAlikeAreNone) {
  const TransformerSpec slides = with(R"({"sliding_window": 8})", {kS, kS});
  EXPECT_TRUE(slides.layer_types.empty());
  EXPECT_EQ(slides.sliding_window, 8);
  const TransformerSpec full = with(R"({"sliding_window": 8})", {kF, kF});
  EXPECT_TRUE(full.layer_types.empty());
  EXPECT_EQ(full.sliding_window, 0);
}

TEST(HfLayerTypes, NeedAWindowWhereALayerSlides) {
  const auto fault = [](const std::string& text) {
    return tiny::message_of<ConfigError>([&] { with(text, {kS, kF}); });
  };
  EXPECT_THAT(fault("{}"), HasSubstr("sliding_window: missing"));
  EXPECT_THAT(fault(R"({"sliding_window": null})"), HasSubstr("sliding_window: missing"));
  EXPECT_THAT(fault(R"({"sliding_window": 0})"), HasSubstr("sliding_window: 0 found"));
  EXPECT_THAT(fault(R"({"sliding_window": -3})"), HasSubstr("sliding_window: -3 found"));
}

TEST(HfLayerTypes, AreOnePerLayerAndOfTwoKinds) {
  const auto fault = [](const std::string& types) {
    const JsonKeys file(R"({"layer_types": )" + types + "}", "config.json");
    return tiny::message_of<ConfigError>([&] { stated_layer_types(file, 2); });
  };
  EXPECT_THAT(fault(R"(["full_attention"])"), HasSubstr("layer_types: 1 words found; expected a"));
  EXPECT_THAT(fault(R"("full_attention")"), HasSubstr("expected a list of 2 words"));
  EXPECT_THAT(fault(R"(["full_attention", "linear_attention"])"),
              HasSubstr("'linear_attention' is not in this version"));
  EXPECT_THAT(fault(R"(["full_attention", 3])"), HasSubstr("3 is not in this version"));
  EXPECT_THAT(stated_layer_types({R"({"layer_types": null})", "f"}, 2), ElementsAre());
}

}  // namespace
}  // namespace ohm
