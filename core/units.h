// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace ohm {

/// Exponents of metre, kilogram, second, ampere, kelvin and byte.
struct Dimension {
  int m = 0, kg = 0, s = 0, a = 0, k = 0, byte = 0;
  constexpr bool operator==(const Dimension&) const = default;
};

constexpr Dimension operator+(Dimension p, Dimension q) {
  return {p.m + q.m, p.kg + q.kg, p.s + q.s, p.a + q.a, p.k + q.k, p.byte + q.byte};
}
constexpr Dimension operator-(Dimension p, Dimension q) {
  return {p.m - q.m, p.kg - q.kg, p.s - q.s, p.a - q.a, p.k - q.k, p.byte - q.byte};
}

/// A number in SI units whose dimension is part of its type: adding volts to amperes does not
/// compile.
template <Dimension D>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double si) : si_(si) {}
  constexpr double si() const { return si_; }
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator-() const { return Quantity(-si_); }
  constexpr Quantity& operator+=(Quantity q) { return si_ += q.si_, *this; }
  friend constexpr Quantity operator+(Quantity p, Quantity q) { return Quantity(p.si_ + q.si_); }
  friend constexpr Quantity operator-(Quantity p, Quantity q) { return Quantity(p.si_ - q.si_); }
  friend constexpr Quantity operator*(double f, Quantity q) { return Quantity(f * q.si_); }
  friend constexpr Quantity operator*(Quantity q, double f) { return Quantity(f * q.si_); }
  friend constexpr Quantity operator/(Quantity q, double f) { return Quantity(q.si_ / f); }

 private:
  double si_ = 0.0;
};

template <Dimension P, Dimension Q>
constexpr Quantity<P + Q> operator*(Quantity<P> p, Quantity<Q> q) {
  return Quantity<P + Q>(p.si() * q.si());
}
/// The ratio of two equal dimensions is a plain number.
template <Dimension P, Dimension Q>
constexpr auto operator/(Quantity<P> p, Quantity<Q> q) {
  if constexpr (P == Q) {
    return p.si() / q.si();
  } else {
    return Quantity<P - Q>(p.si() / q.si());
  }
}

inline constexpr Dimension kMetre{1, 0, 0, 0, 0, 0}, kSecond{0, 0, 1, 0, 0, 0},
    kAmpere{0, 0, 0, 1, 0, 0}, kKelvin{0, 0, 0, 0, 1, 0}, kByte{0, 0, 0, 0, 0, 1},
    kHertz{0, 0, -1, 0, 0, 0}, kJoule{2, 1, -2, 0, 0, 0}, kWatt{2, 1, -3, 0, 0, 0},
    kVolt{2, 1, -3, -1, 0, 0}, kOhm{2, 1, -3, -2, 0, 0}, kSiemens{-2, -1, 3, 2, 0, 0},
    kFarad{-2, -1, 4, 2, 0, 0}, kSquareMetre{2, 0, 0, 0, 0, 0};

using Metres = Quantity<kMetre>;
using Seconds = Quantity<kSecond>;
using Amperes = Quantity<kAmpere>;
using Kelvins = Quantity<kKelvin>;
using Bytes = Quantity<kByte>;
using Hertz = Quantity<kHertz>;
using Joules = Quantity<kJoule>;
using Watts = Quantity<kWatt>;
using Volts = Quantity<kVolt>;
using Ohms = Quantity<kOhm>;
using Siemens = Quantity<kSiemens>;
using Farads = Quantity<kFarad>;
using SquareMetres = Quantity<kSquareMetre>;
using BytesPerSecond = Quantity<kByte - kSecond>;
using JoulesPerByte = Quantity<kJoule - kByte>;
using JoulesPerByteMetre = Quantity<kJoule - kByte - kMetre>;
using FaradsPerMetre = Quantity<kFarad - kMetre>;
using OhmsPerMetre = Quantity<kOhm - kMetre>;
using WattsPerSquareMetre = Quantity<kWatt - kSquareMetre>;

/// SI value of a text such as "6 kOhm", "1.2 ns", "0.06 pJ/bit", "83000 um2", "460 GB/s", "1 day".
///
/// Throws ArgumentError when the number, the unit or the dimension is wrong; a bare number is
/// wrong.
double parse_quantity(std::string_view text, Dimension expected);

/// Text that parse_quantity() reads back to the same double, with a prefix that suits the size: "10
/// ns".
std::string format_quantity(double si, Dimension dimension);

/// Unit symbol of a dimension: "V", "J/B", "m2"; base units with exponents where it has no name.
std::string unit_symbol(Dimension dimension);

}  // namespace ohm
