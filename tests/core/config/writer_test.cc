// SPDX-License-Identifier: Apache-2.0
#include "core/config/writer.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

struct Part {
  std::string text = "a: b";
  Seconds time{10e-9};
  Index bits = 0;
  std::vector<double> values{0.5, 1.0};
  void visit(Visitor& v) {
    v.value(Field("text", "text"), text);
    v.value(Field("time", "time"), time);
    v.value(Field("bits", "bits").word("auto", 0), bits);
    v.value(Field("values", "values"), values);
  }
};

TEST(ConfigWriter, WritesQuantitiesWithUnitsOrInSi) {
  EXPECT_EQ(resolved(Part{}, ConfigWriter::Quantities::text)["time"], "10 ns");
  EXPECT_EQ(resolved(Part{}, ConfigWriter::Quantities::si)["time"], 10e-9);
}

TEST(ConfigWriter, WritesWordsForNumbersThatHaveOne) {
  EXPECT_EQ(resolved(Part{}, ConfigWriter::Quantities::text)["bits"], "auto");
}

TEST(ConfigWriter, YamlQuotesWhatWouldReadAsSomethingElse) {
  EXPECT_EQ(to_yaml(resolved(Part{}, ConfigWriter::Quantities::text)),
            "text: \"a: b\"\ntime: 10 ns\nbits: auto\nvalues: [0.5, 1.0]\n");
}

struct Changes {
  std::vector<Override> entries{{"a", "[[2, 2], [-4]]", ""},
                                {"b", "{kind: sar, bits: 6}", ""},
                                {"c", "\"0.1 V\"", ""},
                                {"d", "[]", ""},
                                {"e", "[{x: 1}, [2]]", ""}};
  void visit(Visitor& v) { v.entries(Field("sweep", "sweep"), entries); }
};

TEST(ConfigWriter, EntriesReadBackAsTheListsAndMapsThatTheyWere) {
  EXPECT_EQ(to_yaml(resolved(Changes{}, ConfigWriter::Quantities::text)),
            "sweep:\n  a: [[2, 2], [-4]]\n  b:\n    kind: sar\n    bits: 6\n  c: 0.1 V\n  d: []\n"
            "  e: [{x: 1}, [2]]\n");
}

}  // namespace
}  // namespace ohm
