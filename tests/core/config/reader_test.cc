// SPDX-License-Identifier: Apache-2.0
#include "core/config/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::HasSubstr;

struct Converter {
  std::string name;
  Index bits = 8;
  Hertz rate{1e9};
  std::string kind = "uniform";
  std::vector<Index> slices{2, 2};
  void visit(Visitor& v) {
    v.value(Field("bits", "resolution").between(1, 16).word("auto", 0), bits);
    v.value(Field("rate", "conversions per second").positive(), rate);
    v.value(Field("kind", "kind").one_of({"ideal", "uniform"}).later({"sar"}), kind);
    v.value(Field("slices", "bits per slice").between(1, 8), slices);
    v.rule(bits != 13, "bits", "13 brings bad luck; expected another number");
  }
};

struct Machine {
  std::string name;
  Volts voltage{0.2};
  bool gated = true;
  double share = 0.5;
  Converter adc;
  std::vector<Converter> more;
  Converter spare;
  void visit(Visitor& v) {
    v.value(Field("voltage", "read voltage").must().positive(), voltage);
    v.value(Field("gated", "gated or not"), gated);
    v.value(Field("share", "a share").between(0, 1), share);
    v.nested_component(Field("adc", "converter"), "adc", adc);
    v.nested_list(Field("more", "more converters"), more);
    v.nested(Field("spare", "a spare converter").one_of({"ideal", "uniform"}), spare);
  }
};

class ConfigReaderTest : public testing::Test {
 protected:
  ConfigReaderTest() {
    write("adc/fast.yaml", "bits: 6\nrate: 2 GHz\n");
    options_.roots = {folder_.path()};
  }

  void write(const std::string& file, const std::string& text) { folder_.write(file, text); }
  Machine read(const std::string& text) { return parse_spec<Machine>(text, "m.yaml", options_); }
  std::string refusal(const std::string& text) {
    return error_text<ConfigError>([&] { read(text); });
  }

  TemporaryFolder folder_;
  ConfigOptions options_;
};

TEST_F(ConfigReaderTest, FillsFieldsKeepsDefaultsAndFollowsNames) {
  const Machine m = read("voltage: 300 mV\ngated: false\nadc: fast\n");
  EXPECT_DOUBLE_EQ(m.voltage.si(), 0.3);
  EXPECT_FALSE(m.gated);
  EXPECT_EQ(m.adc.bits, 6);
  EXPECT_EQ(m.adc.name, "fast");
  EXPECT_EQ(m.adc.kind, "uniform");
}

TEST_F(ConfigReaderTest, AGroupWithChoicesMayBeGivenByItsKindAlone) {
  EXPECT_EQ(read("voltage: 1 V\nspare: ideal\n").spare.kind, "ideal");
  EXPECT_EQ(read("voltage: 1 V\nspare: {kind: ideal, bits: 5}\n").spare.bits, 5);
  options_.overrides = {{"spare", "ideal", "--set spare=ideal"}, {"spare.bits", "4", "--set"}};
  EXPECT_EQ(read("voltage: 1 V\n").spare.kind, "ideal");
  EXPECT_EQ(read("voltage: 1 V\n").spare.bits, 4);
  options_.overrides.clear();
  EXPECT_EQ(refusal("voltage: 1 V\nspare: idel\n"),
            "m.yaml:2:8: spare.kind: 'idel' found; expected one of: ideal, uniform; did you mean "
            "'ideal'?");
  EXPECT_THAT(refusal("voltage: 1 V\nadc: {kind: ideal}\nmore: ideal\n"), HasSubstr("a list"));
}

TEST_F(ConfigReaderTest, UnknownKeyNamesFileLineColumnAndTheLikelyKey) {
  EXPECT_EQ(refusal("voltage: 1 V\nadc:\n  bitz: 3\n"),
            "m.yaml:3:3: adc.bitz: unknown key; did you mean 'bits'?");
}

TEST_F(ConfigReaderTest, UnknownKeyInsideANamedFileNamesThatFile) {
  write("adc/bad.yaml", "bits: 6\nfoo: 1\n");
  const std::string text = refusal("voltage: 1 V\nadc: bad\n");
  EXPECT_THAT(text, HasSubstr("bad.yaml:2:1: adc.foo: unknown key"));
  EXPECT_THAT(text, HasSubstr("expected one of"));
}

TEST_F(ConfigReaderTest, MissingKeyWithoutDefaultIsAnError) {
  EXPECT_THAT(refusal("gated: true\n"), HasSubstr("m.yaml:1:1: voltage: missing"));
}

TEST_F(ConfigReaderTest, AMisspeltRequiredKeyIsReportedAsMisspelt) {
  EXPECT_EQ(refusal("gated: true\nvoltge: 1 V\n"),
            "m.yaml:2:1: voltge: unknown key; did you mean 'voltage'?");
}

TEST_F(ConfigReaderTest, BareNumbersAndWrongUnitsAreErrors) {
  EXPECT_THAT(refusal("voltage: 0.2\n"), HasSubstr("m.yaml:1:10: voltage: '0.2' has no unit"));
  EXPECT_THAT(refusal("voltage: 2 mA\n"), HasSubstr("another unit"));
  EXPECT_THAT(refusal("voltage: -1 V\n"), HasSubstr("out of range"));
  EXPECT_THAT(refusal("voltage: [1 V]\n"), HasSubstr("a list found"));
  EXPECT_THAT(refusal("voltage: .nan\n"), HasSubstr("finite"));
  EXPECT_THAT(refusal("voltage:\n"), HasSubstr("nothing found"));
}

TEST_F(ConfigReaderTest, NumbersMustBeWholeFiniteAndInRange) {
  EXPECT_THAT(
      refusal("voltage: 1 V\nadc: {bits: 17}\n"),
      HasSubstr(
          "m.yaml:2:13: adc.bits: '17' found; expected a whole number from 1 to 16 or 'auto'"));
  for (const char* bad : {"8.0", "eight", "-1", "", "~", "99999999999999999999", "0x8", "[8]"}) {
    EXPECT_THAT(refusal(std::string("voltage: 1 V\nadc: {bits: ") + bad + "}\n"),
                HasSubstr("adc.bits"))
        << bad;
  }
  for (const char* bad : {".nan", ".inf", "2", "-0.1", "half"}) {
    EXPECT_THAT(refusal(std::string("voltage: 1 V\nshare: ") + bad + "\n"), HasSubstr("share"))
        << bad;
  }
  EXPECT_EQ(read("voltage: 1 V\nadc: {bits: auto}\n").adc.bits, 0);
}

TEST_F(ConfigReaderTest, WordsOutsideTheirListSayWhatIsAllowedAndWhatComesLater) {
  EXPECT_THAT(refusal("voltage: 1 V\nadc: {kind: unifrom}\n"),
              HasSubstr("expected one of: ideal, uniform; did you mean 'uniform'?"));
  EXPECT_THAT(refusal("voltage: 1 V\nadc: {kind: sar}\n"), HasSubstr("not in this version"));
}

TEST_F(ConfigReaderTest, ListsTakeOneItemOrManyAndCheckEach) {
  EXPECT_EQ(read("voltage: 1 V\nadc: {slices: 7}\n").adc.slices, std::vector<Index>{7});
  EXPECT_THAT(refusal("voltage: 1 V\nadc: {slices: [2, 9]}\n"), HasSubstr("'9' found"));
}

TEST_F(ConfigReaderTest, ListsOfSpecsGrow) {
  const Machine m = read("voltage: 1 V\nmore: [{bits: 3}, {bits: 4}]\n");
  ASSERT_EQ(m.more.size(), 2U);
  EXPECT_EQ(m.more[1].bits, 4);
  EXPECT_THAT(refusal("voltage: 1 V\nmore: [{bit: 3}]\n"), HasSubstr("more[0].bit: unknown key"));
}

TEST_F(ConfigReaderTest, RulesBetweenFieldsPointAtTheField) {
  EXPECT_THAT(refusal("voltage: 1 V\nadc: {bits: 13}\n"),
              HasSubstr("m.yaml:2:13: adc.bits: 13 brings bad luck"));
}

TEST_F(ConfigReaderTest, OverridesReplaceValuesComponentsAndNestedValues) {
  options_.overrides = {{"adc.bits", "5", "--set adc.bits=5"}, {"voltage", "0.1 V", "--set"}};
  const Machine m = read("adc: fast\n");
  EXPECT_EQ(m.adc.bits, 5);
  EXPECT_DOUBLE_EQ(m.adc.rate.si(), 2e9);
  EXPECT_DOUBLE_EQ(m.voltage.si(), 0.1);
  options_.overrides = {{"adc", "fast", "--set adc=fast"}};
  EXPECT_EQ(read("voltage: 1 V\n").adc.bits, 6);
}

TEST_F(ConfigReaderTest, TheFirstOverrideWins) {
  options_.overrides = {{"adc.bits", "5", "a"}, {"adc.bits", "4", "b"}};
  EXPECT_EQ(read("voltage: 1 V\n").adc.bits, 5);
}

TEST_F(ConfigReaderTest, AFilesOwnOverridesYieldToThoseFromOutside) {
  EXPECT_EQ(read("voltage: 1 V\nadc: fast\noverride: {adc.bits: 4}\n").adc.bits, 4);
  options_.overrides = {{"adc.bits", "5", "--set adc.bits=5"}};
  EXPECT_EQ(read("voltage: 1 V\nadc: fast\noverride: {adc.bits: 4}\n").adc.bits, 5);
}

TEST_F(ConfigReaderTest, UnknownOverrideNamesItsOriginAndTheLikelyKey) {
  options_.overrides = {{"adc.bitz", "5", "--set adc.bitz=5"}};
  EXPECT_EQ(refusal("voltage: 1 V\n"),
            "--set adc.bitz=5: adc.bitz: unknown key; did you mean 'adc.bits'?");
}

TEST_F(ConfigReaderTest, ABadOverrideValueNamesTheOverride) {
  options_.overrides = {{"adc.bits", "many", "--set adc.bits=many"}};
  EXPECT_THAT(refusal("voltage: 1 V\n"), HasSubstr("--set adc.bits=many: adc.bits: 'many' found"));
}

TEST_F(ConfigReaderTest, UnknownComponentListsWhatThereIs) {
  EXPECT_THAT(refusal("voltage: 1 V\nadc: fest\n"),
              HasSubstr("adc 'fest' not found; expected a path to a YAML file or one of: fast; did "
                        "you mean 'fast'?"));
}

TEST_F(ConfigReaderTest, HostileTextIsRefusedInOneSentence) {
  for (const std::string& text :
       {std::string("voltage: [1"), std::string("a: b: c"), std::string("\t- x"),
        std::string("voltage: 1 V\nvoltage: 2 V\n"), std::string("- 1\n- 2\n"), std::string("42"),
        std::string("voltage: 1 V\n? [a]\n: 1\n"), std::string("voltage: \x00 1", 12),
        std::string("{{{{"), std::string("voltage: 1 V\n---\nvoltage: 1 V\n"),
        std::string("voltage: \"\xff\""), std::string(""), std::string("# nothing\n"),
        std::string("voltage: 1 V\nadc:\n"), std::string("voltage: *nowhere\n"),
        std::string(300, '[')}) {
    const std::string message = refusal(text);
    EXPECT_THAT(message, HasSubstr("m.yaml")) << text;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST_F(ConfigReaderTest, AliasesThatMultiplyAreRefusedQuickly) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            ", *a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("write out what aliases repeat"));
}

TEST_F(ConfigReaderTest, LongTextInMessagesStaysUtf8) {
  std::string word = "a";
  for (int i = 0; i < 80; ++i) word += "é";
  const std::string message = refusal("voltage: 1 V\nadc: {kind: " + word + "}\n");
  EXPECT_EQ(message.find("\xc3'"), std::string::npos) << message;
}

TEST_F(ConfigReaderTest, AFileThatIncludesItselfIsRefused) {
  struct Loop {
    std::string name = "loop";
    void visit(Visitor& v) {
      Loop inner;
      v.component(Field("self", "itself"), "adc", inner.name,
                  [&inner](Visitor& w) { inner.visit(w); });
    }
  };
  write("adc/loop.yaml", "self: loop\n");
  EXPECT_THROW(load_spec<Loop>("adc", "loop", options_), ConfigError);
}

TEST_F(ConfigReaderTest, MissingFilesAreNamed) {
  EXPECT_THROW(load_spec<Machine>("adc", "/nowhere/x.yaml", options_), ConfigError);
  EXPECT_THROW(load_document(folder_.path()), ConfigError);
}

TEST_F(ConfigReaderTest, TheResolvedConfigurationReadsBackToTheSameSpec) {
  const Machine m = read("voltage: 123.4 mV\nadc: fast\nmore: [{bits: auto}, {slices: [1, 2]}]\n");
  const std::string yaml = to_yaml(resolved(m, ConfigWriter::Quantities::text));
  const Machine again = read(yaml);
  EXPECT_EQ(to_yaml(resolved(again, ConfigWriter::Quantities::text)), yaml);
  EXPECT_EQ(again.voltage, m.voltage);
  EXPECT_EQ(again.more[1].slices, m.more[1].slices);
}

}  // namespace
}  // namespace ohm
