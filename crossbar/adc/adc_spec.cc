// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "crossbar/adc/adc.h"
#include "crossbar/cost/adc_isaac.h"

namespace ohm {
namespace {

/// A field that only some kinds have.
struct Owned {
  const char* key;
  bool is_set;
  std::vector<std::string_view> kinds;
};

std::vector<Owned> owned_fields(const AdcSpec& spec) {
  return {
      {"inl", spec.inl != 0.0, {"uniform", "integrating"}},
      {"dnl", spec.dnl != 0.0, {"uniform"}},
      {"capacitor_mismatch", spec.capacitor_mismatch != 0.0, {"sar", "ramp", "pipeline", "cyclic"}},
      {"split_bits", spec.split_bits != 0, {"sar", "ramp"}},
      {"amplifier_gain",
       spec.amplifier_gain != AdcSpec::kInfiniteGain,
       {"sar", "ramp", "pipeline", "cyclic"}},
      {"comparator_offset",
       spec.comparator_offset != 0.0,
       {"sar", "ramp", "flash", "pipeline", "cyclic", "integrating"}},
      {"half_lsb_correction", !spec.half_lsb_correction, {"integrating"}},
      {"early_stop", spec.early_stop, {"ramp", "integrating"}},
      {"count_energy", spec.count_energy != 0.0, {"ramp", "integrating"}},
  };
}

void visit_errors(AdcSpec& spec, Visitor& v) {
  v.value(Field("offset", "static offset of each converter: standard deviation, LSB").at_least(0),
          spec.offset);
  v.value(Field("gain_error", "static relative gain error of each converter: standard deviation")
              .between(0, 1),
          spec.gain_error);
  v.value(Field("noise", "thermal noise per conversion: standard deviation, LSB").at_least(0),
          spec.noise);
  v.value(Field("inl",
                "uniform, integrating: bow of the transfer at mid-scale, LSB; the same for "
                "all converters")
              .between(-1000, 1000),
          spec.inl);
  v.value(
      Field("dnl", "uniform: error of each code's width: standard deviation, LSB").between(0, 10),
      spec.dnl);
  v.value(
      Field("capacitor_mismatch",
            "sar, ramp, pipeline, cyclic: a unit capacitor: standard deviation, relative (0.001 "
            "to 0.01 is usual: assumption)")
          .between(0, 0.1),
      spec.capacitor_mismatch);
  v.value(Field("split_bits",
                "sar, ramp: lowest bits that sit behind an attenuation capacitor; 0: "
                "one binary array")
              .between(0, 8),
          spec.split_bits);
  v.value(Field("amplifier_gain", "sar, ramp, pipeline, cyclic: open-loop gain of the amplifier")
              .between(10, 1e9)
              .word("infinite", AdcSpec::kInfiniteGain),
          spec.amplifier_gain);
  v.value(
      Field("comparator_offset",
            "all but ideal and uniform: offset of each comparator: standard deviation, LSB (0.05 "
            "to 0.1 after calibration is usual: assumption)")
          .at_least(0),
      spec.comparator_offset);
  v.value(Field("half_lsb_correction",
                "integrating: whether the count starts from half an LSB, so that codes round; else "
                "they are rounded down"),
          spec.half_lsb_correction);
}

void check_kind(const AdcSpec& spec, Visitor& v) {
  const AdcSpec plain;
  v.rule(
      spec.kind != "ideal" || (spec.offset == 0.0 && spec.gain_error == 0.0 && spec.noise == 0.0),
      "kind",
      "an ideal converter has no offset, gain_error or noise; set them to 0 or use kind uniform");
  v.rule(spec.kind != "ideal" || (spec.levels == plain.levels && spec.rounding == plain.rounding),
         "kind", "an ideal converter does not round; leave levels and rounding out");
  for (const Owned& field : owned_fields(spec)) {
    const bool has =
        std::find(field.kinds.begin(), field.kinds.end(), spec.kind) != field.kinds.end();
    v.rule(has || !field.is_set, field.key,
           fmt::format("kind {} has no such part; leave it out or use kind {}", spec.kind,
                       fmt::join(field.kinds, ", ")));
  }
}

void check_bits(const AdcSpec& spec, Visitor& v) {
  v.rule(spec.bits != AdcSpec::kAutoBits || spec.range == "lossless", "bits",
         "auto goes with range lossless only; give the number of bits");
  const bool affine =
      spec.kind == "ideal" || (spec.kind == "uniform" && spec.inl == 0.0 && spec.dnl == 0.0);
  v.rule(affine || spec.bits == AdcSpec::kAutoBits ||
             (spec.bits >= 2 && spec.bits <= AdcSpec::kMostThresholdBits),
         "bits",
         fmt::format("{} found; expected 2 to {} for a converter whose thresholds err one by one",
                     spec.bits, AdcSpec::kMostThresholdBits));
  v.rule(spec.split_bits == 0 || spec.bits == AdcSpec::kAutoBits || spec.split_bits < spec.bits,
         "split_bits",
         fmt::format("{} found; expected fewer than the {} bits of the converter", spec.split_bits,
                     spec.bits));
  v.rule(spec.levels != "mid_rise" || spec.range != "lossless", "levels",
         "mid_rise has no code for zero, and range lossless counts whole units; use mid_tread or "
         "sign_magnitude");
}

void visit_cost(AdcSpec& spec, Visitor& v) {
  v.value(Field("rate", "conversions per second of one converter").between(1e3, 1e10), spec.rate);
  v.value(Field("rate_bits",
                "resolution at which the converter has this rate: more bits take more steps; any: "
                "the rate holds at every resolution")
              .between(1, 20)
              .word("any", AdcSpec::kAnyBits),
          spec.rate_bits);
  v.value(
      Field("cost",
            "energy and area. survey: regression over published converters; isaac: ISAAC's own; "
            "sar: the physics of a bare converter; published: the figures of `published`")
          .one_of({"survey", "isaac", "sar", "published"}),
      spec.cost);
  v.nested_list(Field("published", "converters as their papers describe them"), spec.published);
  v.value(Field("common_step",
                "time and cost: conversions of less significant input slices stop at the step of "
                "the most significant one, as many bits fewer as they are less significant"),
          spec.common_step);
  v.value(
      Field("early_stop", "ramp, integrating: counting ends with the largest code of the array"),
      spec.early_stop);
  v.value(Field("count_energy",
                "ramp, integrating: share of the energy of a full count that grows with the code")
              .between(0, 1),
          spec.count_energy);
  // where bits follow from the array, so does the rate: adc_cost() checks it
  const bool fast_enough = spec.bits == AdcSpec::kAutoBits ||
                           conversion_rate(spec, spec.bits) <= isaac_fastest(spec.bits);
  v.rule(
      spec.cost != "isaac" || (spec.kind != "ideal" && spec.bits <= 10 && fast_enough), "cost",
      "ISAAC's converter is published up to 10 bits and, at 8 bits and above, 1.28 GHz; use cost "
      "survey");
  v.rule(spec.cost != "published" || !spec.published.empty(), "cost",
         "cost published needs the list `published`: bits, energy, area, rate, node, vdd, source");
}

}  // namespace

void PublishedConverter::visit(Visitor& v) {
  v.value(Field("bits", "resolution").must().between(1, 20), bits);
  v.value(Field("energy", "energy per conversion at that node").must().positive(), energy);
  v.value(Field("area", "area of one converter at that node; 0 m2: not published").at_least(0),
          area);
  v.value(Field("rate", "conversions per second in the source").must().between(1e3, 1e11), rate);
  v.value(Field("node", "node of the source").must().between(6.9e-9, 181e-9), node);
  v.value(Field("vdd", "supply of the source").must().positive(), vdd);
  v.value(Field("source", "paper and table, or: assumption").must(), source);
}

double conversion_steps(const std::string& kind, Index bits) {
  if (kind == "flash" || kind == "pipeline") return 1.0;
  if (kind == "ramp" || kind == "integrating") return std::ldexp(1.0, static_cast<int>(bits));
  return static_cast<double>(bits + 1);
}

Hertz conversion_rate(const AdcSpec& spec, Index bits) {
  if (spec.rate_bits == AdcSpec::kAnyBits) return spec.rate;
  return conversion_steps(spec.kind, spec.rate_bits) / conversion_steps(spec.kind, bits) *
         spec.rate;
}

AdcSpec idealised(const AdcSpec& spec) {
  AdcSpec ideal;
  ideal.kind = "ideal";
  ideal.bits = spec.bits;
  ideal.range = spec.range;
  ideal.percentile = spec.percentile;
  ideal.per_column = spec.per_column;
  ideal.rate = spec.rate;
  ideal.rate_bits = spec.rate_bits;
  ideal.cost = spec.cost;
  ideal.published = spec.published;
  ideal.common_step = spec.common_step;
  return ideal;
}

void AdcSpec::visit(Visitor& v) {
  v.value(Field("kind", "the converter").one_of(adc_kinds()), kind);
  v.value(Field("bits", "resolution; auto: as many as the lossless range needs")
              .between(1, 20)
              .word("auto", kAutoBits),
          bits);
  v.value(Field("levels",
                "of signed sums. sign_magnitude: ±(2^(bits-1) - 1), zero exact, 2 bits or more; "
                "mid_tread: "
                "-2^(bits-1) to 2^(bits-1) - 1, zero exact; mid_rise: 2^bits values at half steps, "
                "none of them zero. Unsigned sums have 2^bits codes from 0, mid_rise from 1/2")
              .one_of({"sign_magnitude", "mid_tread", "mid_rise"}),
          levels);
  v.value(Field("rounding", "nearest, or stochastic: up with the probability of the fraction")
              .one_of({"nearest", "stochastic"}),
          rounding);
  v.value(Field("range",
                "lossless: one code per unit of the integer sum; max, percentile, mse: of "
                "the sums over the calibration inputs; learned: mse, and a digital gain and offset "
                "per output fitted to the ideal outputs")
              .one_of({"lossless", "max", "percentile", "mse", "learned"}),
          range);
  v.value(Field("percentile", "of |sum| for range percentile, %").between(50, 100), percentile);
  v.value(Field("per_column",
                "every column has a range of its own instead of one per array row and "
                "weight slice"),
          per_column);
  visit_errors(*this, v);
  visit_cost(*this, v);
  check_bits(*this, v);
  check_kind(*this, v);
  v.rule(!per_column || range != "lossless", "per_column",
         "range lossless is one code per unit in every column; leave per_column out");
}

}  // namespace ohm
