// SPDX-License-Identifier: Apache-2.0
#include "core/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

/// A factor kept as a ratio of two exact doubles, so that "22 nm" is the double nearest to 22e-9.
struct Scale {
  double up = 1.0, down = 1.0;

  double apply(double number) const { return number * up / down; }
  friend Scale operator*(Scale p, Scale q) { return {p.up * q.up, p.down * q.down}; }
  friend Scale operator/(Scale p, Scale q) { return {p.up * q.down, p.down * q.up}; }
};

struct Unit {
  std::string_view symbol;
  double scale;
  Dimension dimension;
  bool takes_prefix;
};

constexpr double kHour = 3600.0, kDay = 86400.0, kYear = 365.25 * kDay;

constexpr std::array kUnits{Unit{"V", 1, kVolt, true},
                            Unit{"A", 1, kAmpere, true},
                            Unit{"Ohm", 1, kOhm, true},
                            Unit{"ohm", 1, kOhm, true},
                            Unit{"Ω", 1, kOhm, true},
                            Unit{"S", 1, kSiemens, true},
                            Unit{"s", 1, kSecond, true},
                            Unit{"J", 1, kJoule, true},
                            Unit{"eV", 1.602176634e-19, kJoule, true},
                            Unit{"W", 1, kWatt, true},
                            Unit{"F", 1, kFarad, true},
                            Unit{"Hz", 1, kHertz, true},
                            Unit{"m", 1, kMetre, true},
                            Unit{"K", 1, kKelvin, false},
                            Unit{"B", 1, kByte, true},
                            Unit{"bit", 0.125, kByte, true},
                            Unit{"min", 60, kSecond, false},
                            Unit{"h", kHour, kSecond, false},
                            Unit{"day", kDay, kSecond, false},
                            Unit{"days", kDay, kSecond, false},
                            Unit{"year", kYear, kSecond, false},
                            Unit{"years", kYear, kSecond, false}};

struct Prefix {
  std::string_view symbol;
  Scale scale;
};

constexpr std::array kPrefixes{
    Prefix{"a", {1, 1e18}},         Prefix{"f", {1, 1e15}},  Prefix{"p", {1, 1e12}},
    Prefix{"n", {1, 1e9}},          Prefix{"u", {1, 1e6}},   Prefix{"µ", {1, 1e6}},
    Prefix{"m", {1, 1e3}},          Prefix{"c", {1, 1e2}},   Prefix{"k", {1e3, 1}},
    Prefix{"M", {1e6, 1}},          Prefix{"G", {1e9, 1}},   Prefix{"T", {1e12, 1}},
    Prefix{"P", {1e15, 1}},         Prefix{"Ki", {1024, 1}}, Prefix{"Mi", {1048576.0, 1}},
    Prefix{"Gi", {1073741824.0, 1}}};

struct Factor {
  Scale scale;
  Dimension dimension;
};

std::optional<Factor> lookup(std::string_view symbol) {
  for (const Unit& unit : kUnits) {
    if (unit.symbol == symbol) return Factor{{unit.scale, 1.0}, unit.dimension};
  }
  for (const auto& [prefix, scale] : kPrefixes) {
    if (!symbol.starts_with(prefix)) continue;
    for (const Unit& unit : kUnits) {
      const bool binary = prefix.size() == 2 && prefix[1] == 'i';
      if (!unit.takes_prefix || (binary && unit.dimension != kByte)) continue;
      if (unit.symbol == symbol.substr(prefix.size())) {
        return Factor{scale * Scale{unit.scale, 1.0}, unit.dimension};
      }
    }
  }
  return std::nullopt;
}

Dimension times(Dimension d, int n) {
  return {d.m * n, d.kg * n, d.s * n, d.a * n, d.k * n, d.byte * n};
}

/// One factor of a unit expression: "um2", "mm^2", "bit".
std::optional<Factor> parse_factor(std::string_view text) {
  int exponent = 1;
  if (!text.empty() && text.back() >= '2' && text.back() <= '9') {
    exponent = text.back() - '0';
    text.remove_suffix(1);
    if (text.ends_with('^')) text.remove_suffix(1);
  }
  const auto factor = lookup(text);
  if (!factor) return std::nullopt;
  const Scale base = factor->scale;
  return Factor{{std::pow(base.up, exponent), std::pow(base.down, exponent)},
                times(factor->dimension, exponent)};
}

std::optional<Factor> parse_unit(std::string_view text) {
  Factor total{{}, {}};
  bool divide = text.starts_with('/');  // "/cm2": per square centimetre
  if (divide) text.remove_prefix(1);
  while (true) {
    const size_t end = text.find_first_of("/*");
    const auto factor = parse_factor(text.substr(0, end));
    if (!factor) return std::nullopt;
    total.scale = divide ? total.scale / factor->scale : total.scale * factor->scale;
    total.dimension =
        divide ? total.dimension - factor->dimension : total.dimension + factor->dimension;
    if (end == std::string_view::npos) return total;
    divide = text[end] == '/';
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

}  // namespace

double parse_quantity(std::string_view text, Dimension expected) {
  const std::string wanted = unit_symbol(expected);
  text = trim(text);
  const std::string shown = in_quotes(text);
  double number = 0.0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || !std::isfinite(number)) {
    throw ArgumentError(
        fmt::format("{} is not a finite number with a unit; expected a value in {}, such as '1 {}'",
                    shown, wanted, wanted));
  }
  const auto rest = trim(text.substr(static_cast<size_t>(end - text.data())));
  if (rest.empty()) {
    throw ArgumentError(fmt::format("{} has no unit; expected a value in {}, such as '{} {}'",
                                    shown, wanted, text, wanted));
  }
  const auto unit = parse_unit(rest);
  if (!unit || unit->dimension != expected) {
    throw ArgumentError(fmt::format("{} is {}; expected a value in {}, such as '1 {}'", shown,
                                    unit ? "in another unit" : "in an unknown unit", wanted,
                                    wanted));
  }
  const double si = unit->scale.apply(number);
  if (!std::isfinite(si)) {
    throw ArgumentError(
        fmt::format("{} is too large; expected a finite value in {}", shown, wanted));
  }
  return si;
}

std::string unit_symbol(Dimension dimension) {
  static constexpr std::array<std::pair<std::string_view, Dimension>, 26> kNames{
      {{"V", kVolt},
       {"A", kAmpere},
       {"Ohm", kOhm},
       {"S", kSiemens},
       {"s", kSecond},
       {"J", kJoule},
       {"W", kWatt},
       {"F", kFarad},
       {"Hz", kHertz},
       {"m", kMetre},
       {"m2", kSquareMetre},
       {"K", kKelvin},
       {"B", kByte},
       {"B/s", kByte - kSecond},
       {"J/B", kJoule - kByte},
       {"J/B/m", kJoule - kByte - kMetre},
       {"F/m", kFarad - kMetre},
       {"F/m2", kFarad - kSquareMetre},
       {"Ohm/m", kOhm - kMetre},
       {"W/m2", kWatt - kSquareMetre},
       {"/m2", Dimension{} - kSquareMetre},
       {"K/W", kKelvin - kWatt},
       {"K*m2/W", kKelvin + kSquareMetre - kWatt},
       {"W/m/K", kWatt - kMetre - kKelvin},
       {"J/K", kJoule - kKelvin},
       {"J/m3/K", kJoule - kSquareMetre - kMetre - kKelvin}}};
  for (const auto& [name, known] : kNames) {
    if (known == dimension) return std::string(name);
  }
  return fmt::format("m{}.kg{}.s{}.A{}.K{}.B{}", dimension.m, dimension.kg, dimension.s,
                     dimension.a, dimension.k, dimension.byte);
}

std::string format_quantity(double si, Dimension dimension) {
  const std::string symbol = unit_symbol(dimension);
  const int power = dimension == kSquareMetre ? 2 : 1;
  constexpr std::array<std::pair<const char*, double>, 10> kScales{{{"T", 1e12},
                                                                    {"G", 1e9},
                                                                    {"M", 1e6},
                                                                    {"k", 1e3},
                                                                    {"", 1},
                                                                    {"m", 1e-3},
                                                                    {"u", 1e-6},
                                                                    {"n", 1e-9},
                                                                    {"p", 1e-12},
                                                                    {"f", 1e-15}}};
  for (const auto& [prefix, scale] : kScales) {
    const double unit = std::pow(scale, power);
    if (symbol.front() == 'K' || symbol.front() == '/' || std::abs(si) < unit) continue;
    // fifteen digits hide the rounding of the prefix; kept only where they read back exactly
    const std::string text = fmt::format("{:.15g} {}{}", si / unit, prefix, symbol);
    if (parse_quantity(text, dimension) == si) return text;
  }
  return fmt::format("{} {}", si, symbol);
}

}  // namespace ohm
