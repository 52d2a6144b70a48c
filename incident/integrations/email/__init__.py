"""Mail: how whoever is responsible hears of trouble when neither page nor post may have come."""
