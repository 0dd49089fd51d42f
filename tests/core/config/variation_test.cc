// SPDX-License-Identifier: Apache-2.0
#include "core/config/variation.h"

#include <gtest/gtest.h>

#include "core/config/reader.h"

namespace ohm {
namespace {

struct Part {
  std::string name;
  Index size = 1;
  double share = 0.5;

  void visit(Visitor& v) {
    v.value(Field("size", "whole").must(), size);
    v.value(Field("share", "part"), share);
  }
};

struct Whole {
  Part part{"named", 7, 0.25}, inside{"", 3, 0.75};
  std::vector<Index> list{1, 2};
  std::vector<Part> parts{{"", 1, 0.1}, {"", 2, 0.2}};

  void visit(Visitor& v) {
    const Variation::Resets resets{{"part", [&] { part = {}; }}, {"parts", [&] { parts.clear(); }}};
    Variation varied(v, resets);
    walk(varied);
  }
  void walk(Visitor& v) {
    v.nested_component(Field("part", "a component").must(), "component", part);
    v.nested(Field("inside", "a group").must(), inside);
    v.value(Field("list", "numbers").must(), list);
    v.nested_list(Field("parts", "more").must(), parts);
  }
};

Whole read(const std::string& text) {
  Whole whole;
  ConfigReader({}).read(parse_document(text, "text"), [&](Visitor& v) { whole.visit(v); });
  return whole;
}

TEST(Variation, WhatIsNotGivenStays) {
  const Whole same = read("{}");
  EXPECT_EQ(same.part.size, 7);
  EXPECT_EQ(same.part.name, "named");
  EXPECT_EQ(same.inside.share, 0.75);
  EXPECT_EQ(same.list, (std::vector<Index>{1, 2}));
  EXPECT_EQ(same.parts.size(), 2u);
}

TEST(Variation, AGroupKeepsItsOtherKeysAndAComponentDoesNot) {
  const Whole changed = read("{part: {size: 2}, inside: {size: 5}}");
  EXPECT_EQ(changed.part.size, 2);
  EXPECT_EQ(changed.part.share, 0.5);  // the default of a part
  EXPECT_EQ(changed.inside.size, 5);
  EXPECT_EQ(changed.inside.share, 0.75);  // what it was
}

TEST(Variation, AListIsReplacedWhole) {
  const Whole changed = read("{list: [9], parts: [{size: 4}]}");
  EXPECT_EQ(changed.list, std::vector<Index>{9});
  ASSERT_EQ(changed.parts.size(), 1u);
  EXPECT_EQ(changed.parts[0].size, 4);
  EXPECT_EQ(changed.parts[0].share, 0.5);
}

}  // namespace
}  // namespace ohm
