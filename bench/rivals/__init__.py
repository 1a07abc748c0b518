"""What people use instead of the product, each as its users would have it, taught and asked on the same invoices."""

from bench.rivals.automl import FlamlAutoML
from bench.rivals.lesson import Lesson, Rival
from bench.rivals.regression import InvoiceColumns, LightGBMRegression, XGBoostRegression
from bench.rivals.simple import CustomerAverage, CustomerMedian, DueDate
from bench.rivals.three_classes import ThreeClasses

__all__ = ["RIVALS", "Lesson", "Rival"]

RIVALS: tuple[type[Rival], ...] = (
    DueDate,
    CustomerAverage,
    CustomerMedian,
    InvoiceColumns,
    XGBoostRegression,
    LightGBMRegression,
    ThreeClasses,
    FlamlAutoML,
)
