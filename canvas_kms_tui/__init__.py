"""Why did this SageMaker Canvas dataset import fail?"""

__version__ = "0.1.0"
